// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.progress;

import io.github.schsm.KeyMigration;
import io.github.schsm.admin.json.JsonDocuments;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The side of who works: says how far it is. No method fails; where a file cannot be written, nobody is told and the work
 * goes on. Safe for several threads.
 */
public final class RunningWork implements AutoCloseable {
    /** Enough for a page to show, little enough to be written ten times a second. */
    static final int MOST_STEPS = 2_000;

    private static final int MOST_TEXT = 1_000;
    private static final long PAUSE_NANOS = 100_000_000L;

    private final @Nullable Path file;
    private final String id;
    private final String command;
    private final String title;
    private final Clock clock;
    private final Instant started;
    private final Deque<Work.Step> steps = new ArrayDeque<>();
    private Work.State state = Work.State.RUNNING;
    private String problem = "";
    private int done;
    private int total;
    private boolean isDue;
    private long writtenAt = System.nanoTime() - PAUSE_NANOS;

    RunningWork(@Nullable Path file, String id, String command, String title, Clock clock) {
        this.file = file;
        this.id = id;
        this.command = clipped(command);
        this.title = clipped(title);
        this.clock = clock;
        started = clock.instant();
        write();
    }

    private static String clipped(String text) {
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
    }

    /** A key of a migration or synchronization is done. */
    public void step(KeyMigration.Progress progress) {
        step(
                new Work.Step(progress.key(), progress.to(), progress.outcome().name(), progress.text()),
                progress.done(),
                progress.total());
    }

    /**
     * A key is done.
     *
     * @param step  what became of it
     * @param done  how many are, this one included
     * @param total how many there are
     */
    public synchronized void step(Work.Step step, int done, int total) {
        if (state != Work.State.RUNNING) {
            return;
        }
        if (steps.size() == MOST_STEPS) {
            steps.removeFirst();
        }
        steps.addLast(
                new Work.Step(clipped(step.key()), clipped(step.to()), clipped(step.outcome()), clipped(step.text())));
        at(done, total);
    }

    /**
     * How far it is, where there is nothing to tell of each.
     *
     * @param done  how many are done
     * @param total how many there are
     */
    public synchronized void at(int done, int total) {
        if (state != Work.State.RUNNING) {
            return;
        }
        this.done = done;
        this.total = total;
        // Who does many keys a second is not slowed down by telling so.
        long since = System.nanoTime() - writtenAt;
        if (done == total || since >= PAUSE_NANOS) {
            write();
        } else if (!isDue) {
            isDue = true;
            CompletableFuture.delayedExecutor(PAUSE_NANOS - since, TimeUnit.NANOSECONDS)
                    .execute(this::writeIfDue);
        }
    }

    private synchronized void writeIfDue() {
        if (isDue && state == Work.State.RUNNING) {
            write();
        }
    }

    /** It is done. */
    public synchronized void done() {
        end(Work.State.DONE, "");
    }

    /**
     * It ended with an error.
     *
     * @param why in a sentence
     */
    public synchronized void failed(String why) {
        end(Work.State.FAILED, clipped(why));
    }

    private void end(Work.State end, String why) {
        if (state == Work.State.RUNNING) {
            state = end;
            problem = why;
            write();
        }
    }

    /** Ends it, as failed if nobody said how it ended. */
    @Override
    public synchronized void close() {
        end(Work.State.FAILED, "it ended early");
    }

    private void write() {
        isDue = false;
        if (file == null) {
            return;
        }
        ProcessHandle process = ProcessHandle.current();
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("process", process.pid());
        told.put("processStarted", ProgressFolder.started(process));
        told.put("command", command);
        told.put("title", title);
        told.put("started", started.toString());
        told.put("told", clock.instant().toString());
        told.put("state", state.name());
        told.put("done", done);
        told.put("total", total);
        told.put("problem", problem);
        told.put("steps", steps);
        Path next = file.resolveSibling(id + ".next");
        try {
            // The folder is private, and the name is this work's own.
            Files.deleteIfExists(next);
            if (next.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.write(next, JsonDocuments.canonical(told));
            replace(next, file);
        } catch (IOException | RuntimeException notTold) {
            ProgressFolder.LOG.log(System.Logger.Level.DEBUG, "running work cannot be told", notTold);
        }
        writtenAt = System.nanoTime();
    }

    private static void replace(Path next, Path file) throws IOException {
        try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException otherFileSystem) {
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
