// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.remote.message.Answer;
import io.github.schsm.remote.message.Answers;
import io.github.schsm.remote.message.RamCommands;
import io.github.schsm.remote.message.Request;
import io.github.schsm.remote.message.Requests;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.smartcardio.CardException;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a device that has dialed in, or had: what terminals show. It stays when the line is dead, so that the
 * device is in the same reader when it comes back.
 *
 * <p>One command at a time, from any thread. A connection belongs to one line and one reset; what it sends after that
 * goes nowhere.
 */
final class RamReader {
    private static final Duration MOMENT = Duration.ofSeconds(2);

    /** How a card that is no more is reported; PC/SC's own names, because who reads them knows those. */
    private static final String REMOVED = "SCARD_W_REMOVED_CARD: ";

    private static final String ABSENT = "SCARD_E_NO_SMARTCARD: ";
    private static final String RESET = "SCARD_W_RESET_CARD: ";

    private final String name;
    private final Duration patience;
    private @Nullable RamSession session;
    private @Nullable Object owner;
    private int arrivals;
    private int resets;
    private byte[] atr = {};
    private boolean loggedIn;
    private boolean verifiedBefore;

    /** READ BINARY of the device's certificates, as it followed the last SELECT. */
    private byte[] readAhead;

    RamReader(String name, Duration patience, int longestAnswer) {
        this.name = name;
        this.patience = patience;
        this.readAhead = RamCommands.readCertificates(longestAnswer);
    }

    String name() {
        return name;
    }

    /** A line to the device. An older one is none any more. */
    synchronized void attach(RamSession line, boolean verified) {
        session = line;
        atr = line.atr();
        owner = null;
        arrivals++;
        // A login that was ours is not the other computer's; else the applet was selected to see which device it is.
        verifiedBefore = verified && !loggedIn;
        loggedIn &= verified;
        notifyAll();
    }

    /** The line to the device; null while there is none. */
    synchronized @Nullable RamSession session() {
        RamSession line = session;
        return line != null && line.isOpen() ? line : null;
    }

    /** How often the device has come and gone: odd while it is here. */
    synchronized int moves() {
        return 2 * arrivals - (session() == null ? 0 : 1);
    }

    /** What a connection belongs to. */
    record Insertion(RamSession line, int resets) {}

    /** The present insertion; null while the device is away. */
    synchronized @Nullable Insertion insertion() {
        RamSession line = session();
        return line == null ? null : new Insertion(line, resets);
    }

    /**
     * The same, and waits for a moment where the client has only just left: a card that was out and in again at its
     * computer comes back at once.
     */
    synchronized @Nullable Insertion awaitInsertion() {
        RamSession line = session;
        long until = line == null ? 0 : line.endedByClient() + MOMENT.toNanos();
        while (line != null && line.endedByClient() != 0 && insertion() == null) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                break;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return insertion();
    }

    synchronized byte[] atr() {
        return atr.clone();
    }

    /** Whether the PIN was verified at the other computer before it dialed in, and nothing has undone that here. */
    synchronized boolean isVerifiedBefore() {
        return verifiedBefore;
    }

    synchronized byte[] readAhead() {
        return readAhead.clone();
    }

    synchronized void setReadAhead(byte[] command) {
        readAhead = command.clone();
    }

    /** Waits until nobody else has the card, and keeps others out. */
    synchronized void begin(Object user, Insertion at) throws CardException {
        requireCurrent(at);
        while (owner != null && owner != user) {
            try {
                // Who had the card may be gone with its line.
                wait(1000);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                throw new CardException("interrupted while waiting for " + name, asked);
            }
            requireCurrent(at);
        }
        owner = user;
    }

    /** Lets others in. */
    synchronized void end(Object user) {
        if (owner == user) {
            owner = null;
            notifyAll();
        }
    }

    synchronized boolean isOwner(Object user) {
        return owner == user;
    }

    private synchronized void requireCurrent(Insertion at) throws CardException {
        if (!at.line().isOpen() || session != at.line()) {
            throw new CardException(ABSENT + away(at.line()));
        }
        if (resets != at.resets()) {
            throw new CardException(RESET + "it was reset from here");
        }
    }

    private static String away(RamSession line) {
        String why = line.end();
        return line.client() + " is not connected" + (why == null ? "" : ": " + why);
    }

    /**
     * Has commands carried out, one after the other.
     *
     * @param user who has begun a transaction, or has none
     * @return the answers; fewer than commands if the card failed there
     */
    List<byte[]> send(Object user, Insertion at, List<byte[]> commands) throws CardException {
        boolean alone = !isOwner(user);
        if (alone) {
            begin(user, at);
        }
        try {
            synchronized (this) {
                requireCurrent(at);
                commands.forEach(this::note);
            }
            return transmit(at, commands);
        } finally {
            if (alone) {
                end(user);
            }
        }
    }

    private List<byte[]> transmit(Insertion at, List<byte[]> commands) throws CardException {
        List<Request> requests = commands.stream()
                .<Request>map(command -> new Request.Command(command.clone()))
                .toList();
        Duration most = patience;
        for (byte[] command : commands) {
            most = RamCommands.patience(command, most);
        }
        try {
            Answers answers = at.line().exchange(new Requests(requests), most);
            if (answers.list().isEmpty()) {
                throw new CardException(REMOVED + "the card or its reader failed at "
                        + at.line().client());
            }
            return answers.list().stream()
                    .map(answer -> ((Answer.Response) answer).apdu())
                    .toList();
        } catch (LineLostException lost) {
            throw new CardException((lost.isSent() ? REMOVED : ABSENT) + away(at.line()), lost);
        } finally {
            for (Request request : requests) {
                ((Request.Command) request).wipe();
            }
        }
    }

    private synchronized void note(byte[] command) {
        if (RamCommands.isSelect(command)) {
            loggedIn = false;
            verifiedBefore = false;
        } else if (RamCommands.isLogin(command)) {
            loggedIn = true;
            verifiedBefore = false;
        }
    }

    /** Takes the card's power away: whatever was verified is not any more. */
    void reset(Object user, Insertion at) throws CardException {
        boolean alone = !isOwner(user);
        if (alone) {
            begin(user, at);
        }
        try {
            Answers answers = at.line().exchange(new Requests(List.of(new Request.Reset())), patience);
            if (answers.list().isEmpty() || !(answers.list().get(0) instanceof Answer.Atr after)) {
                throw new CardException(REMOVED + "the card did not come back from a reset");
            }
            synchronized (this) {
                atr = after.atr().clone();
                resets++;
                loggedIn = false;
                verifiedBefore = false;
            }
        } catch (LineLostException lost) {
            throw new CardException(REMOVED + away(at.line()), lost);
        } finally {
            if (alone) {
                end(user);
            }
        }
    }
}
