// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

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
 */
final class WatchedThreads implements Executor {
    private static final long KEPT_SECONDS = 30;
    /** For TLS and the head of a request; after that the client is known, and has {@link #hurry} longer. */
    private static final Duration MOST_UNKNOWN = Duration.ofSeconds(3);

    private final ThreadPoolExecutor pool;
    private final long patience;
    private final long patienceWithUnknown;
    /** Until when each thread has to be done with its connection, in nanoseconds. */
    private final Map<Thread, Long> deadlines = new ConcurrentHashMap<>();

    WatchedThreads(String name, int most, Duration patience) {
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
            deadlines.put(Thread.currentThread(), System.nanoTime() + patienceWithUnknown);
            try {
                task.run();
            } finally {
                takeTime();
                // An interrupt was for the connection, which is closed now.
                Thread.interrupted();
            }
        });
    }

    /** The present thread reads from a client or writes to it. */
    void hurry() {
        deadlines.put(Thread.currentThread(), System.nanoTime() + patience);
    }

    /** The present thread waits for something else. */
    void takeTime() {
        deadlines.remove(Thread.currentThread());
    }

    /** Interrupts those that are too slow. */
    void check() {
        long now = System.nanoTime();
        deadlines.forEach((thread, deadline) -> deadlines.computeIfPresent(thread, (same, until) -> {
            if (now - until <= 0) {
                return until;
            }
            same.interrupt();
            return null;
        }));
    }

    void end() {
        pool.shutdownNow();
    }
}
