// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A reader and the card in it: insertion, removal, reset, transactions, and one command at a time, from any thread.
 * A connection belongs to one insertion; after a removal it is over, even if the card is back.
 */
public final class SimulatedReader {
    private final String name;
    private final byte[] atr;
    private final Contacts card;
    private final Presence presence;
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable SimulatedPinPad pinPad;

    /** Counts up at every insertion and removal: odd while the card is in. */
    private final AtomicInteger moves = new AtomicInteger(1);

    private final AtomicInteger resets = new AtomicInteger();

    /** Guards what follows; never held while the card works, so that a removal does not wait for it. */
    private final Object turn = new Object();

    private boolean working;
    private @Nullable Object transactionOwner;

    /** Moves and resets that the card has followed; used only by the thread that has set {@link #working}. */
    private int movesSeen = 1;

    private int resetsSeen;

    /** The card, as its reader has it. */
    public interface Contacts {
        /** Power was lost, or the reader reset the card. */
        void reset();

        /**
         * Carries out a command.
         *
         * @param connectedAt {@link #moves()} when the sender connected
         * @throws CardRemovedException if the card was removed meanwhile
         */
        byte[] process(byte[] command, int connectedAt) throws CardRemovedException, InterruptedException;
    }

    /** A reader with a card in it. */
    public SimulatedReader(String name, byte[] atr, Contacts card, Presence presence) {
        this.name = name;
        this.atr = atr.clone();
        this.card = card;
        this.presence = presence;
    }

    /** As terminals list it. */
    public String name() {
        return name;
    }

    /** The card's answer to reset. */
    public byte[] atr() {
        return atr.clone();
    }

    /** Where to wait for insertions and removals, in this reader and its neighbors. */
    public Presence presence() {
        return presence;
    }

    /** Gives the reader a PIN pad, or takes it away. */
    public void setPinPad(@Nullable SimulatedPinPad pad) {
        pinPad = pad;
    }

    /** The PIN pad, if there is one. */
    public @Nullable SimulatedPinPad pinPad() {
        return pinPad;
    }

    /** Whether the card is in. */
    public boolean isInserted() {
        return isInserted(moves.get());
    }

    static boolean isInserted(int moves) {
        return (moves & 1) == 1;
    }

    /** How often the card has been moved; odd while it is in. A connection belongs to one such number. */
    public int moves() {
        return moves.get();
    }

    /** Inserts the card; does nothing if it is in. */
    public void insert() {
        move(true);
    }

    /** Removes the card at once: the answer of a command that is being carried out is lost. */
    public void remove() {
        move(false);
    }

    private void move(boolean in) {
        int before = moves.getAndUpdate(move -> isInserted(move) == in ? move : move + 1);
        if (isInserted(before) != in) {
            synchronized (turn) {
                transactionOwner = null;
                turn.notifyAll();
            }
            presence.changed();
            listeners.forEach(Runnable::run);
        }
    }

    /** Resets the card before its next command. */
    public void reset() {
        resets.incrementAndGet();
    }

    /** Calls the listener after each insertion and removal, in the thread that moves the card. */
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    /** Calls the listener no more. */
    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    /** Keeps others from sending commands until {@link #endTransaction}; waits until their transaction ends. */
    void beginTransaction(Object owner, int connectedAt) throws CardRemovedException, InterruptedException {
        synchronized (turn) {
            awaitTurn(owner, connectedAt);
            transactionOwner = owner;
        }
    }

    void endTransaction(Object owner) {
        synchronized (turn) {
            if (owner.equals(transactionOwner)) {
                transactionOwner = null;
                turn.notifyAll();
            }
        }
    }

    private void awaitTurn(Object owner, int connectedAt) throws CardRemovedException, InterruptedException {
        synchronized (turn) {
            requireConnected(connectedAt);
            while (working || (transactionOwner != null && !owner.equals(transactionOwner))) {
                turn.wait();
                requireConnected(connectedAt);
            }
        }
    }

    /**
     * Requires that the card has been in since then.
     *
     * @throws CardRemovedException if it was removed
     */
    public void requireConnected(int connectedAt) throws CardRemovedException {
        if (moves.get() != connectedAt) {
            throw new CardRemovedException();
        }
    }

    /**
     * Sends a command to the card.
     *
     * @param owner       the sender; transactions of others end first
     * @param connectedAt {@link #moves()} when the sender connected
     */
    public byte[] exchange(Object owner, int connectedAt, byte[] command)
            throws CardRemovedException, InterruptedException {
        synchronized (turn) {
            awaitTurn(owner, connectedAt);
            working = true;
        }
        byte[] answer;
        try {
            followPower();
            answer = card.process(command, connectedAt);
        } finally {
            synchronized (turn) {
                working = false;
                turn.notifyAll();
            }
        }
        requireConnected(connectedAt);
        return answer;
    }

    /**
     * Waits until a time of {@link System#nanoTime}, or until the card is removed. An interruption does not shorten it:
     * a card does not know about threads. No other reader has to wait for it.
     *
     * @throws CardRemovedException if the card was removed meanwhile
     */
    public void pause(long untilNanos, int connectedAt) throws CardRemovedException {
        boolean interrupted = false;
        synchronized (turn) {
            long left = untilNanos - System.nanoTime();
            while (left > 0 && moves.get() == connectedAt) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(turn, left);
                } catch (InterruptedException notNow) {
                    interrupted = true;
                }
                left = untilNanos - System.nanoTime();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        requireConnected(connectedAt);
    }

    /** A card that was moved or reset since its last command has lost what it knew. */
    private void followPower() {
        int movesNow = moves.get();
        int resetsNow = resets.get();
        if (movesNow != movesSeen || resetsNow != resetsSeen) {
            movesSeen = movesNow;
            resetsSeen = resetsNow;
            card.reset();
        }
    }
}
