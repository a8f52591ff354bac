// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.admin.progress.Work;
import io.github.schsm.net.WatchedThreads;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at devices and at work, and tells pages what has changed. Nobody looks while no page is open. Work is looked at
 * several times a second; devices only if a card came or went, work ended, or after a while, because that sends commands to
 * them.
 */
final class Lookout {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LAST_LOOK_MILLIS = 5_000;

    private final Console.Source source;
    private final Console.Settings settings;
    private final ProgressFolder progress;
    private final EventStreams streams;
    private final WatchedThreads threads;
    private final Thread thread;
    private final Thread besides;
    private final CountDownLatch finished = new CountDownLatch(1);
    private boolean wanted = true;
    private boolean ended;
    private volatile @Nullable Picture picture;

    // Of the one thread alone.
    private @Nullable Object presence;
    private long presenceAt;
    private long lookedAt;
    private boolean isBroken;

    // Of the other one.
    private List<Work> works = List.of();

    Lookout(
            String name,
            Console.Source source,
            Console.Settings settings,
            EventStreams streams,
            WatchedThreads threads) {
        this.source = source;
        this.settings = settings;
        progress = settings.progress();
        this.streams = streams;
        this.threads = threads;
        thread = daemon(this::run, name + "-look");
        besides = daemon(this::runBesides, name + "-work");
    }

    private static Thread daemon(Runnable task, String name) {
        Thread made = new Thread(task, name);
        made.setDaemon(true);
        return made;
    }

    void start() {
        thread.start();
        besides.start();
    }

    synchronized void refresh() {
        wanted = true;
        notifyAll();
    }

    /** Ends it; a look that is under way is waited for, so that nobody uses devices afterwards. */
    void end() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        try {
            if (!finished.await(LAST_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                Console.LOG.log(System.Logger.Level.DEBUG, "the last look at devices takes long");
            }
        } catch (InterruptedException inHaste) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        besides.interrupt();
    }

    /** Everything about a key, as JSON; null if there is no such key now. */
    byte @Nullable [] key(String id) {
        Picture shown = picture;
        Map<String, Object> key = shown == null ? null : shown.key(id);
        return key == null ? null : JsonDocuments.canonical(key);
    }

    /** Everything about a device, as JSON; null if it is not there now. */
    byte @Nullable [] device(String id) {
        Picture shown = picture;
        Map<String, Object> device = shown == null ? null : shown.device(id);
        return device == null ? null : JsonDocuments.canonical(device);
    }

    private void run() {
        try {
            while (awaitTick()) {
                if (streams.isAnybodyThere() || isWanted()) {
                    lookAtDevices();
                }
            }
        } catch (InterruptedException ending) {
            Console.LOG.log(System.Logger.Level.DEBUG, "the console ends");
        } finally {
            finished.countDown();
        }
    }

    /** Of its own, because a device that is busy keeps the other one waiting. */
    private void runBesides() {
        try {
            while (!isEnded()) {
                TimeUnit.NANOSECONDS.sleep(TICK_NANOS);
                threads.check();
                if (streams.isAnybodyThere()) {
                    lookAtWork();
                }
            }
        } catch (InterruptedException ending) {
            Console.LOG.log(System.Logger.Level.DEBUG, "the console ends");
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    private synchronized boolean awaitTick() throws InterruptedException {
        long until = System.nanoTime() + TICK_NANOS;
        long left = TICK_NANOS;
        while (!ended && !wanted && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = until - System.nanoTime();
        }
        return !ended;
    }

    private synchronized boolean isWanted() {
        return wanted;
    }

    private synchronized boolean takeWanted() {
        boolean now = wanted;
        wanted = false;
        return now;
    }

    private void lookAtWork() {
        List<Work> now = progress.works();
        if (!now.equals(works)) {
            if (hasEnded(now)) {
                refresh();
            }
            works = now;
            streams.tell(
                    EventStreams.Topic.WORK,
                    JsonDocuments.canonical(now.stream().map(Picture::work).toList()));
        }
    }

    /** Whether work that ran a moment ago does not any more: then keys are where they were not. */
    private boolean hasEnded(List<Work> now) {
        return works.stream()
                .filter(work -> work.state() == Work.State.RUNNING)
                .anyMatch(before -> now.stream()
                        .noneMatch(work -> work.id().equals(before.id()) && work.state() == Work.State.RUNNING));
    }

    private void lookAtDevices() {
        boolean now = takeWanted();
        long time = System.nanoTime();
        if (!now && time - presenceAt < settings.pause().toNanos()) {
            return;
        }
        presenceAt = time;
        try {
            Object present = source.presence();
            if (now
                    || isBroken
                    || !Objects.equals(present, presence)
                    || time - lookedAt >= settings.mostAge().toNanos()) {
                show(source.look());
                presence = present;
                lookedAt = System.nanoTime();
            }
            if (isBroken) {
                isBroken = false;
                streams.tell(EventStreams.Topic.PROBLEM, JsonDocuments.canonical(Map.of("text", "")));
            }
        } catch (SchsmException | RuntimeException | LinkageError unreadable) {
            Console.LOG.log(System.Logger.Level.DEBUG, "devices cannot be read", unreadable);
            isBroken = true;
            streams.tell(
                    EventStreams.Topic.PROBLEM,
                    JsonDocuments.canonical(Map.of("text", Shown.text(String.valueOf(unreadable.getMessage())))));
        }
    }

    private void show(Inventory inventory) {
        Picture before = picture;
        Picture next = new Picture(inventory, settings.command());
        Map<String, Object> told = new TreeMap<>(next.overview());
        if (before == null || !before.isLike(next)) {
            picture = next;
            streams.tell(EventStreams.Topic.PICTURE, JsonDocuments.canonical(told));
        } else {
            picture = next;
        }
    }
}
