// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Forgets what may not outlast a pause, while a line is waited for; never while a command runs. */
final class IdleTimer implements AutoCloseable {
    private final Duration most;
    private final BooleanSupplier forget;
    private final Runnable tell;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "schsm-idle");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable ScheduledFuture<?> waiting;
    private boolean idle;

    /**
     * Nothing is waited for yet.
     *
     * @param forget forgets, and returns whether there was anything
     * @param tell   says so
     */
    IdleTimer(Duration most, BooleanSupplier forget, Runnable tell) {
        this.most = most;
        this.forget = forget;
        this.tell = tell;
    }

    /** A line is waited for from now on. */
    synchronized void start() {
        idle = true;
        waiting = clock.schedule(this::end, most.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** It is there: what is being forgotten at this moment is forgotten before this returns. */
    synchronized void stop() {
        idle = false;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    private void end() {
        boolean any;
        synchronized (this) {
            any = idle && forget.getAsBoolean();
        }
        if (any) {
            tell.run();
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
