// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import com.sun.net.httpserver.HttpExchange;
import io.github.schsm.net.WatchedThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells open pages what is new, as server-sent events. A page that is slow gets the last state of a topic and not each of
 * them: every event replaces the one before.
 */
final class EventStreams {
    /** How many pages may be open. */
    static final int MOST = 16;

    static final String TYPE = "text/event-stream; charset=utf-8";

    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LAST_WORD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "event: end\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8);

    /** What there is to tell. */
    enum Topic {
        /** Devices, domains and keys. */
        PICTURE,
        /** Work that runs. */
        WORK,
        /** Why devices cannot be read now. */
        PROBLEM
    }

    private record Message(long version, byte[] json) {}

    /** What is new, and up to which version. */
    private record News(long version, List<byte[]> events) {}

    private final WatchedThreads threads;
    private final Map<Topic, Message> messages = new EnumMap<>(Topic.class);
    private long version;
    private int open;
    private boolean ended;

    EventStreams(WatchedThreads threads) {
        this.threads = threads;
    }

    /** Whether a page is open. */
    synchronized boolean isAnybodyThere() {
        return open > 0;
    }

    synchronized void tell(Topic topic, byte[] json) {
        messages.put(topic, new Message(++version, json));
        notifyAll();
    }

    /** Tells all pages that it ends, and waits a moment until they have heard it. */
    synchronized void end() {
        ended = true;
        notifyAll();
        long until = System.nanoTime() + LAST_WORD_NANOS;
        long left = LAST_WORD_NANOS;
        try {
            while (open > 0 && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = until - System.nanoTime();
            }
        } catch (InterruptedException inHaste) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean enter() {
        if (open == MOST || ended) {
            return false;
        }
        open++;
        notifyAll();
        return true;
    }

    private synchronized void leave() {
        open--;
        notifyAll();
    }

    /** What is newer than that version, in events, after waiting for it; empty after a while without any. */
    private synchronized News next(long seen) throws InterruptedException {
        long until = System.nanoTime() + HEARTBEAT_NANOS;
        long left = HEARTBEAT_NANOS;
        while (version == seen && !ended && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = until - System.nanoTime();
        }
        List<byte[]> events = new ArrayList<>();
        messages.forEach((topic, message) -> {
            if (message.version() > seen) {
                events.add(event(topic, message.json()));
            }
        });
        return new News(version, events);
    }

    private static byte[] event(Topic topic, byte[] json) {
        byte[] head = ("event: " + topic.name().toLowerCase(Locale.ROOT) + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        byte[] event = new byte[head.length + json.length + 2];
        System.arraycopy(head, 0, event, 0, head.length);
        System.arraycopy(json, 0, event, head.length, json.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    /**
     * Serves a page until it is closed or the console ends; false if there is no room for it.
     *
     * @param begins is run when there is
     */
    boolean serve(HttpExchange exchange, Runnable begins) throws IOException {
        if (!enter()) {
            return false;
        }
        begins.run();
        try {
            exchange.getResponseHeaders().set("Content-Type", TYPE);
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                write(out);
            }
            return true;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            leave();
        }
    }

    private void write(OutputStream out) throws IOException, InterruptedException {
        long seen = 0;
        while (!isEnded()) {
            threads.takeTime();
            News news = next(seen);
            seen = news.version();
            threads.hurry();
            for (byte[] event : news.events().isEmpty() ? List.of(HEARTBEAT) : news.events()) {
                out.write(event);
            }
            out.flush();
        }
        out.write(END);
        out.flush();
    }
}
