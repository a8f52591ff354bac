// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.net;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a server. A client that is slow on purpose would keep one forever, and the JDK's server has a limit for
 * all servers of a JVM only: so a thread that reads or writes for too long is interrupted, which closes its connection.
 * Clients that are not known yet have less time while more than half of the threads are in use, because anybody could
 * take those.
 */
public final class WatchedThreads implements Executor {
    private static final long KEPT_SECONDS = 30;
    /** For TLS and the head of a request while threads are few; after {@link #hurry} the client is known, and has longer. */
    private static final Duration MOST_UNKNOWN = Duration.ofSeconds(3);

    private final ThreadPoolExecutor pool;
    private final int most;
    private final long patience;
    private final long patienceWithUnknown;
    /** Since when each thread is busy with its connection. */
    private final Map<Thread, Begin> begins = new ConcurrentHashMap<>();

    /**
     * When a thread began with something.
     *
     * @param nanos of the JVM's clock
     * @param known whether it is known who the client is
     */
    private record Begin(long nanos, boolean known) {}

    /**
     * Makes the threads; none runs yet.
     *
     * @param name     what each is called
     * @param most     how many there are at most; four times as many requests wait for one
     * @param patience how long a client may take for its request, and for reading the answer
     */
    public WatchedThreads(String name, int most, Duration patience) {
        this.most = most;
        this.patience = patience.toNanos();
        patienceWithUnknown = Math.min(this.patience, MOST_UNKNOWN.toNanos());
        // The server closes a connection that finds no place in the queue; a client dials in again.
        pool = new ThreadPoolExecutor(
                most, most, KEPT_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(4 * most), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(() -> {
            begins.put(Thread.currentThread(), new Begin(System.nanoTime(), false));
            try {
                task.run();
            } finally {
                takeTime();
                // An interrupt was for the connection, which is closed now.
                Thread.interrupted();
            }
        });
    }

    /** The present thread reads from a client that is known, or writes to it. */
    public void hurry() {
        begins.put(Thread.currentThread(), new Begin(System.nanoTime(), true));
    }

    /** The present thread waits for something else. */
    public void takeTime() {
        begins.remove(Thread.currentThread());
    }

    /** Interrupts those that are too slow. */
    public void check() {
        long now = System.nanoTime();
        boolean few = 2 * pool.getActiveCount() > most;
        begins.forEach((thread, seen) -> begins.computeIfPresent(thread, (same, begin) -> {
            long allowed = few && !begin.known() ? patienceWithUnknown : patience;
            if (now - begin.nanos() <= allowed) {
                return begin;
            }
            same.interrupt();
            return null;
        }));
    }

    /** Interrupts all, for good. */
    public void end() {
        pool.shutdownNow();
    }
}
