// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.OpenSessions.Opened;
import java.io.Serial;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one token: a few, opened when they are first needed, kept, and lent in the order in which they were
 * asked for. A session is in use by one thread at a time.
 */
final class SessionPool {
    /** The most sessions, whatever the token allows: more make nothing faster. */
    static final int MOST = 16;

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PARKED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final OpenSessions sessions;
    private final Slots slots;
    private final Permits permits = new Permits();
    private final Deque<Kept> idle = new ArrayDeque<>();
    private int most = MOST;
    private int open;
    private int old;
    private int parked;
    private long parkedAt;
    private long epoch;

    /** Fair, and fewer once the token has said how many sessions it allows. */
    private static final class Permits extends Semaphore {
        @Serial
        private static final long serialVersionUID = 1L;

        Permits() {
            super(MOST, true);
        }

        @Override
        public void reducePermits(int reduction) {
            super.reducePermits(reduction);
        }
    }

    private record Kept(Opened session, long epoch, long since) {}

    /**
     * A session out of the pool.
     *
     * @param epoch in which it was opened; sessions of another one than the present are gone
     * @param fresh whether it was used or opened a moment ago
     */
    record BorrowedSession(Opened session, long epoch, boolean fresh) {}

    /** How a session comes back. */
    enum Fate {
        /** As it was lent. */
        CLEAN,
        /** Perhaps with an operation left in it, which closing it ends; or not there any more. */
        DIRTY
    }

    /** Where sessions are opened. */
    @FunctionalInterface
    interface Slots {
        /** The token's slot, looked at a moment ago. */
        long find() throws CryptokiException, TokenMissingException;
    }

    SessionPool(OpenSessions sessions, Slots slots) {
        this.sessions = sessions;
        this.slots = slots;
    }

    /** No more sessions than that. */
    synchronized void limit(long maximum) {
        int wanted = (int) Math.max(1, Math.min(maximum, MOST));
        if (wanted < most) {
            permits.reducePermits(most - wanted);
            most = wanted;
        }
    }

    /** Sessions of another epoch are gone. */
    synchronized long epoch() {
        return epoch;
    }

    /** How many are open, lent or not. */
    synchronized int open() {
        return open;
    }

    /**
     * Lends a session, after waiting for one if all are in use.
     *
     * @param write whether it has to be a read-write one
     * @param where the slot to open one in, if none is kept and there was no need to wait: after that it is looked for
     *              again
     */
    BorrowedSession borrow(boolean write, Slots where)
            throws CryptokiException, TokenMissingException, InterruptedException {
        Slots place = where;
        if (!permits.tryAcquire(0, TimeUnit.SECONDS)) {
            permits.acquire();
            place = slots;
        }
        boolean permit = true;
        boolean lent = false;
        try {
            while (true) {
                long now = epoch();
                Optional<Kept> kept = poll(write);
                if (kept.isPresent()) {
                    lent = true;
                    boolean fresh = System.nanoTime() - kept.get().since() < FRESH_NANOS;
                    return new BorrowedSession(kept.get().session(), kept.get().epoch(), fresh);
                }
                try {
                    Opened opened = open(write, now, place);
                    lent = true;
                    return new BorrowedSession(opened, now, true);
                } catch (CryptokiException full) {
                    if (!full.is(Ckr.SESSION_COUNT)) {
                        throw full;
                    }
                    switch (whenFull(write)) {
                        case TRY_AGAIN -> {}
                        case WAIT -> {
                            permit = false;
                            permits.acquire();
                            permit = true;
                            place = slots;
                        }
                        case GIVE_UP -> throw full;
                    }
                }
            }
        } finally {
            if (permit && !lent) {
                permits.release();
            }
        }
    }

    /** One that fits: a read-write session does for reading as well. */
    private synchronized Optional<Kept> poll(boolean write) {
        Kept chosen = null;
        for (Kept kept : idle) {
            boolean readWrite = kept.session().readWrite();
            if (readWrite == write) {
                chosen = kept;
                break;
            }
            if (readWrite && chosen == null) {
                chosen = kept;
            }
        }
        if (chosen != null) {
            idle.remove(chosen);
        }
        return Optional.ofNullable(chosen);
    }

    /** What can be done if the token has no session more. */
    private enum WhenFull {
        TRY_AGAIN,
        WAIT,
        GIVE_UP
    }

    /** Decided at once, so that of those who find the token full at least one goes on while the others wait. */
    private WhenFull whenFull(boolean write) {
        Kept victim;
        synchronized (this) {
            if (idle.stream().anyMatch(kept -> kept.session().readWrite() || !write)) {
                return WhenFull.TRY_AGAIN;
            }
            victim = idle.pollLast();
            if (victim == null) {
                if (open + old == 0) {
                    return WhenFull.GIVE_UP;
                }
                park();
                return WhenFull.WAIT;
            }
        }
        close(victim.session(), victim.epoch());
        return WhenFull.TRY_AGAIN;
    }

    /** Called with a permit held: the session counts until it is closed, because until then nobody can have another. */
    private void close(Opened session, long ofEpoch) {
        sessions.close(session);
        release(ofEpoch);
    }

    private Opened open(boolean write, long now, Slots where) throws CryptokiException, TokenMissingException {
        reserve(now);
        boolean done = false;
        try {
            Opened opened = openNow(write, where);
            done = true;
            return opened;
        } finally {
            if (!done) {
                release(now);
            }
        }
    }

    /** Makes place for another one, if need be by closing one of the other kind that nobody uses. */
    private void reserve(long now) {
        Kept victim;
        synchronized (this) {
            if (now != epoch) {
                old++;
                return;
            }
            victim = open < most ? null : idle.pollLast();
            open += victim == null ? 1 : 0;
        }
        if (victim != null) {
            sessions.close(victim.session());
        }
    }

    private synchronized void release(long ofEpoch) {
        if (ofEpoch == epoch) {
            open--;
        } else {
            old--;
        }
    }

    private Opened openNow(boolean write, Slots where) throws CryptokiException, TokenMissingException {
        long slot = where.find();
        boolean readWrite = write || isOnlyOne();
        try {
            return sessions.open(slot, readWrite);
        } catch (CryptokiException refused) {
            if (write || !readWrite || !refused.is(Ckr.TOKEN_WRITE_PROTECTED)) {
                throw refused;
            }
            return sessions.open(slot, false);
        }
    }

    /** Then it has to do for everything, because closing it would end the login. */
    private synchronized boolean isOnlyOne() {
        return most == 1;
    }

    /** The token has fewer sessions than it said, or others have them: do with one less for some time. */
    private void park() {
        parked++;
        parkedAt = System.nanoTime();
    }

    private synchronized int unpark(boolean now) {
        if (parked == 0 || (!now && System.nanoTime() - parkedAt < PARKED_NANOS)) {
            return 0;
        }
        int back = parked;
        parked = 0;
        return back;
    }

    /** Takes a session back. */
    void giveBack(BorrowedSession lent, Fate fate) {
        try {
            Opened session = lent.session();
            List<Kept> surplus = new ArrayList<>();
            boolean last = false;
            synchronized (this) {
                boolean present = lent.epoch() == epoch;
                Kept kept = new Kept(session, lent.epoch(), System.nanoTime());
                if (present && fate == Fate.CLEAN) {
                    idle.addFirst(kept);
                    trim(surplus);
                } else {
                    surplus.add(kept);
                    last = present && open == 1 && most > 1;
                }
            }
            if (last) {
                keepAnother(session.readWrite());
            }
            surplus.forEach(kept -> close(kept.session(), kept.epoch()));
        } finally {
            permits.release(1 + unpark(false));
        }
    }

    /** Those that nobody has needed for long, but for one. */
    private void trim(List<Kept> surplus) {
        Iterator<Kept> oldest = idle.descendingIterator();
        while (oldest.hasNext() && idle.size() > 1) {
            Kept kept = oldest.next();
            if (System.nanoTime() - kept.since() < IDLE_NANOS) {
                return;
            }
            oldest.remove();
            surplus.add(kept);
        }
    }

    /** A login ends with the last session, so there is another before that is closed. */
    private void keepAnother(boolean write) {
        long now = epoch();
        Opened fresh;
        try {
            fresh = open(write, now, slots);
        } catch (CryptokiException | TokenMissingException notPossible) {
            // Then the login does end, which the next use notices.
            return;
        }
        synchronized (this) {
            if (now == epoch) {
                idle.addFirst(new Kept(fresh, now, System.nanoTime()));
                return;
            }
        }
        close(fresh, now);
    }

    /**
     * All sessions of an epoch are gone, or are to be done without; nothing is done if they were already.
     *
     * @param before what comes before they are closed, which may end the login: nobody shall go on believing in that
     */
    void lost(long ofEpoch, Runnable before) {
        drop(ofEpoch, null).ifPresent(dropped -> {
            before.run();
            dropped.forEach(kept -> sessions.close(kept.session()));
        });
    }

    /** What is asked of a new session. */
    @FunctionalInterface
    interface Question {
        boolean ask(long handle) throws CryptokiException;
    }

    /**
     * The same, but with a new session in their place, which keeps a login alive.
     *
     * @param write whether it has to be a read-write one
     * @param holds whether the login holds, as the new session says; if not, nothing is done
     * @return whether it holds
     */
    boolean replace(long ofEpoch, boolean write, Question holds) throws CryptokiException, TokenMissingException {
        Opened fresh = open(write, ofEpoch, slots);
        Optional<List<Kept>> dropped = Optional.empty();
        try {
            if (!holds.ask(fresh.handle())) {
                return false;
            }
            dropped = drop(ofEpoch, fresh);
        } finally {
            if (dropped.isEmpty()) {
                close(fresh, ofEpoch);
            }
        }
        dropped.ifPresent(gone -> gone.forEach(kept -> sessions.close(kept.session())));
        return true;
    }

    /** Begins another epoch, with that session of it; empty if one has begun already. */
    private Optional<List<Kept>> drop(long ofEpoch, @Nullable Opened fresh) {
        List<Kept> dropped;
        int back;
        synchronized (this) {
            if (ofEpoch != epoch) {
                return Optional.empty();
            }
            epoch++;
            int kept = fresh == null ? 0 : 1;
            dropped = List.copyOf(idle);
            old += open - kept - dropped.size();
            open = kept;
            idle.clear();
            if (fresh != null) {
                idle.addFirst(new Kept(fresh, epoch, System.nanoTime()));
            }
            back = unpark(true);
        }
        permits.release(back);
        return Optional.of(dropped);
    }

    /** Closes what nobody uses. */
    void closeIdle() {
        List<Kept> dropped;
        synchronized (this) {
            dropped = List.copyOf(idle);
            idle.clear();
            open -= dropped.size();
        }
        dropped.forEach(kept -> sessions.close(kept.session()));
    }
}
