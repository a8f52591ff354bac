// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import io.github.schsm.cli.io.Io;

/**
 * Tells a user who waits at a terminal for more than about a second what is going on, in one line on standard error, and
 * from then on how far it is, where the work says so.
 * Nobody else is told anything: not a file, not a pipe, not a program that reads JSON.
 */
public final class Progress {
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final long LOOK_MILLIS = 100;

    private final Io io;
    private final String what;
    private boolean ended;
    private boolean told;
    private long toldAt;
    private final Thread thread = new Thread(this::watch, "schsm-progress");

    private Progress(Io io, String what) {
        this.io = io;
        this.what = what;
    }

    /**
     * Begins to watch.
     *
     * @param what what goes on, e.g. {@code generating the key}
     * @param quiet whether nobody wants to know, or a program reads the answer
     */
    public static Progress of(Io io, String what, boolean quiet) {
        Progress progress = new Progress(io, what);
        if (!quiet && !what.isEmpty() && io.person() != null) {
            progress.thread.setDaemon(true);
            progress.thread.start();
        }
        return progress;
    }

    private void watch() {
        try {
            while (io.waitedNanos() < PATIENCE_NANOS) {
                Thread.sleep(LOOK_MILLIS);
            }
            Io.Person person = io.person();
            if (person != null && person.seesErrors()) {
                say();
            }
        } catch (InterruptedException done) {
            // Before anybody had to wait.
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void say() {
        if (!ended) {
            print("please wait");
        }
    }

    private void print(String state) {
        io.err().println("schsm: " + what + ", " + state + " ...");
        io.err().flush();
        told = true;
        toldAt = System.nanoTime();
    }

    /** Tells how far the work is, at most once a second, if the user was told to wait. */
    public synchronized void at(String state) {
        if (told && !ended && System.nanoTime() - toldAt >= PATIENCE_NANOS) {
            print(state);
        }
    }

    /** The work is done: nothing is said after this. */
    public synchronized void end() {
        ended = true;
        thread.interrupt();
    }
}
