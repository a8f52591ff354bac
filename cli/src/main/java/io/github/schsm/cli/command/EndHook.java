// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import java.util.function.IntSupplier;

/** What a command that runs until it is ended does when Ctrl-C or SIGTERM ends it. */
public final class EndHook implements AutoCloseable {
    private final Thread thread;

    private EndHook(Thread thread) {
        this.thread = thread;
    }

    /**
     * From now on a signal ends it so, until it is closed.
     *
     * @param name what the thread is called
     * @param end  gives everything back; returns the exit status of the process
     */
    public static EndHook of(String name, IntSupplier end) {
        Thread thread = new Thread(() -> Runtime.getRuntime().halt(end.getAsInt()), name);
        Runtime.getRuntime().addShutdownHook(thread);
        return new EndHook(thread);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException endingAlready) {
            // The hook runs.
            return;
        }
    }
}
