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
 */
public final class WatchedThreads implements Executor {
    private static final long KEPT_SECONDS = 30;
    /** For TLS and the head of a request; after that the client is known, and has {@link #hurry} longer. */
    private static final Duration MOST_UNKNOWN = Duration.ofSeconds(3);

    private final ThreadPoolExecutor pool;
    private final long patience;
    private final long patienceWithUnknown;
    /** Until when each thread has to be done with its connection, in nanoseconds. */
    private final Map<Thread, Long> deadlines = new ConcurrentHashMap<>();

    /**
     * Makes the threads; none runs yet.
     *
     * @param name     what each is called
     * @param most     how many there are at most; four times as many requests wait for one
     * @param patience how long a client that is known may take for its request, and for reading the answer
     */
    public WatchedThreads(String name, int most, Duration patience) {
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
    public void hurry() {
        deadlines.put(Thread.currentThread(), System.nanoTime() + patience);
    }

    /** The present thread waits for something else. */
    public void takeTime() {
        deadlines.remove(Thread.currentThread());
    }

    /** Interrupts those that are too slow. */
    public void check() {
        long now = System.nanoTime();
        deadlines.forEach((thread, deadline) -> deadlines.computeIfPresent(thread, (same, until) -> {
            if (now - until <= 0) {
                return until;
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
