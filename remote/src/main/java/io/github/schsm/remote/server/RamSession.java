// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.codec.PrintableText;
import io.github.schsm.remote.message.Answers;
import io.github.schsm.remote.message.Post;
import io.github.schsm.remote.message.Request;
import io.github.schsm.remote.message.Requests;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A line to a client, from its first post to its last. A client posts, and what it gets back is the next thing that is
 * wanted of it; so a post is kept until there is something, or the client might give up.
 */
final class RamSession {
    private static final int OK = 200;
    private static final int DONE = 204;
    private static final int BAD_REQUEST = 400;
    private static final int CONFLICT = 409;
    private static final int NOBODY_ASKED = 504;
    private static final int MOST_OF_REASON = 200;

    /**
     * What a post is answered with.
     *
     * @param status the HTTP status
     * @param body   the caller's to wipe; null for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Reply(int status, byte @Nullable [] body) {}

    /** What is wanted of the client, until its answers were taken. */
    private static final class Turn {
        private final Requests requests;
        private boolean sent;
        private @Nullable Answers answers;

        Turn(Requests requests) {
            this.requests = requests;
        }
    }

    private final ClientName client;
    private final byte[] atr;
    private final Duration hold;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private @Nullable Turn turn;
    private boolean posting;
    /** Since when the client owes a post, in nanoseconds; meaningful while it does. */
    private long owedSince;

    private boolean owed;
    private @Nullable Reply last;
    private @Nullable String end;
    /** When the client said that it leaves; 0 if it did not. */
    private long saidToLeave;

    /**
     * A client that has just dialed in.
     *
     * @param client what its certificate says
     * @param atr    its card's answer to reset
     * @param hold   how long a post is kept while nothing is wanted
     */
    RamSession(ClientName client, byte[] atr, Duration hold) {
        this.client = client;
        this.atr = atr.clone();
        this.hold = hold;
    }

    ClientName client() {
        return client;
    }

    byte[] atr() {
        return atr.clone();
    }

    /** Why it has ended; null while it has not. */
    @Nullable
    String end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** When the client itself has ended it, in nanoseconds of the JVM's clock; 0 if it was not the client. */
    long endedByClient() {
        lock.lock();
        try {
            return saidToLeave;
        } finally {
            lock.unlock();
        }
    }

    boolean isOpen() {
        return end() == null;
    }

    // From those who want something

    /**
     * Has a client do something.
     *
     * @param patience how long it may take
     * @return the answers; perhaps fewer than requests
     * @throws LineLostException if there are none, and there will be none
     */
    Answers exchange(Requests requests, Duration patience) throws LineLostException {
        lock.lock();
        try {
            while (turn != null && end == null) {
                changed.awaitUninterruptibly();
            }
            requireOpen(false);
            Turn mine = new Turn(requests);
            turn = mine;
            changed.signalAll();
            try {
                return await(mine, patience.toNanos());
            } finally {
                turn = null;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A card that has begun with a command cannot be interrupted, so neither can who waits for it. */
    private Answers await(Turn mine, long nanos) throws LineLostException {
        boolean interrupted = false;
        long left = nanos;
        try {
            while (mine.answers == null) {
                requireOpen(mine.sent);
                if (left <= 0) {
                    finish(NOBODY_ASKED, "it has not answered a command for " + nanos / 1_000_000 + " ms");
                    continue;
                }
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException asked) {
                    interrupted = true;
                }
            }
            return mine.answers;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void requireOpen(boolean sent) throws LineLostException {
        if (end != null) {
            throw new LineLostException(end, sent);
        }
    }

    // From the client

    /** Takes a post, and waits until there is something to answer it with. */
    Reply post(Post post) throws InterruptedException {
        lock.lock();
        try {
            if (posting && post.answers() == null && post.leaving() != null) {
                // It does not wait for its last post any more.
                leave(post.leaving());
                return new Reply(DONE, null);
            }
            if (posting) {
                return new Reply(CONFLICT, null);
            }
            posting = true;
            owed = false;
            try {
                take(post);
                return next();
            } finally {
                posting = false;
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(Post post) {
        Answers answers = post.answers();
        if (answers != null && end == null) {
            Turn asked = turn != null && turn.sent && turn.answers == null ? turn : null;
            if (!answers.fit(asked == null ? Requests.NONE : asked.requests)) {
                finish(BAD_REQUEST, "it answers what it was not asked");
            } else if (asked != null) {
                asked.answers = answers;
                changed.signalAll();
            }
        }
        if (post.leaving() != null) {
            leave(post.leaving());
        }
    }

    /** The reason is the client's text, and may be of any length. */
    private void leave(String text) {
        String reason =
                PrintableText.of(text.length() <= MOST_OF_REASON ? text : text.substring(0, MOST_OF_REASON) + "…");
        if (end == null) {
            long now = System.nanoTime();
            saidToLeave = now == 0 ? 1 : now;
        }
        finish(DONE, "it has left" + (reason.isEmpty() ? "" : ": " + reason));
    }

    private Reply next() throws InterruptedException {
        long left = hold.toNanos();
        while (end == null && !isSomethingWanted() && left > 0) {
            left = changed.awaitNanos(left);
        }
        if (last != null) {
            return last;
        }
        Requests wanted = Requests.NONE;
        if (turn != null && isSomethingWanted()) {
            turn.sent = true;
            wanted = turn.requests;
        }
        owed = true;
        owedSince = System.nanoTime();
        return new Reply(OK, wanted.encode());
    }

    private boolean isSomethingWanted() {
        return turn != null && !turn.sent;
    }

    // The end

    /** Ends it because the client is silent though it owes a post, and has nothing to do that would explain it. */
    void endIfSilent(Duration patience) {
        lock.lock();
        try {
            boolean working = turn != null && turn.sent;
            if (owed && !working && System.nanoTime() - owedSince > patience.toNanos()) {
                finish(NOBODY_ASKED, "there was no word from it for too long");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nobody asks for the card any more. */
    void done() {
        end(DONE, "the provider was closed");
    }

    /** Nobody wants that card. */
    void unwanted(String why) {
        end(NOBODY_ASKED, why);
    }

    /** The line is of no use any more. */
    void lost(String why) {
        end(BAD_REQUEST, why);
    }

    /** Ends it and tells the person at the client why. */
    void refuse(String why) {
        lock.lock();
        try {
            finish(OK, why);
            last = new Reply(OK, new Requests(List.of(new Request.Notification(-1, why))).encode());
        } finally {
            lock.unlock();
        }
    }

    private void end(int status, String why) {
        lock.lock();
        try {
            finish(status, why);
        } finally {
            lock.unlock();
        }
    }

    private void finish(int status, String why) {
        if (end == null) {
            end = why;
            last = new Reply(status, null);
            changed.signalAll();
        }
    }
}
