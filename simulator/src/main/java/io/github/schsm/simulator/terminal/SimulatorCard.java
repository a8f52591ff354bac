// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.util.Arrays;
import javax.smartcardio.ATR;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a card, as javax.smartcardio sees it. It ends like one of the JDK's own: the first command after
 * a removal throws CardException, whatever comes then IllegalStateException.
 */
final class SimulatorCard extends Card {
    private enum State {
        CONNECTED,
        REMOVED,
        DISCONNECTED
    }

    private final SimulatedReader reader;
    private final int connectedAt;
    private final CardChannel channel = new SimulatorChannel(this);
    private State state = State.CONNECTED;
    private @Nullable Thread exclusiveThread;

    SimulatorCard(SimulatedReader reader, int connectedAt) {
        this.reader = reader;
        this.connectedAt = connectedAt;
    }

    synchronized boolean isValid() {
        return state == State.CONNECTED && reader.moves() == connectedAt;
    }

    @Override
    public ATR getATR() {
        return new ATR(reader.atr());
    }

    @Override
    public String getProtocol() {
        return "T=1";
    }

    @Override
    public CardChannel getBasicChannel() {
        requireConnected();
        return channel;
    }

    @Override
    public CardChannel openLogicalChannel() throws CardException {
        requireConnected();
        throw new CardException("a SmartCard-HSM has no logical channels");
    }

    @Override
    public void beginExclusive() throws CardException {
        requireConnected();
        synchronized (this) {
            if (exclusiveThread != null) {
                throw new CardException("exclusive access has already been given to " + exclusiveThread.getName());
            }
        }
        try {
            reader.beginTransaction(this, connectedAt);
        } catch (CardRemovedException removed) {
            throw removed(removed);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
        synchronized (this) {
            exclusiveThread = Thread.currentThread();
        }
    }

    @Override
    public void endExclusive() throws CardException {
        requireConnected();
        synchronized (this) {
            if (exclusiveThread != Thread.currentThread()) {
                throw new IllegalStateException("exclusive access was not given to this thread");
            }
            exclusiveThread = null;
        }
        reader.endTransaction(this);
        if (reader.moves() != connectedAt) {
            throw removed(new CardRemovedException());
        }
    }

    @Override
    public byte[] transmitControlCommand(int controlCode, byte[] command) throws CardException {
        requireConnected();
        requireTurn();
        SimulatedPinPad pad = reader.pinPad();
        if (pad == null) {
            throw new CardException("a simulated reader without a PIN pad has no control commands");
        }
        return pad.control(controlCode, command, this::transmit);
    }

    @Override
    public void disconnect(boolean reset) throws CardException {
        synchronized (this) {
            if (state == State.DISCONNECTED) {
                return;
            }
            requireTurn();
            state = State.DISCONNECTED;
            exclusiveThread = null;
        }
        reader.endTransaction(this);
        if (reset && reader.moves() == connectedAt) {
            reader.reset();
        }
    }

    byte[] transmit(byte[] command) throws CardException {
        requireConnected();
        requireTurn();
        try {
            return reader.exchange(this, connectedAt, command);
        } catch (CardRemovedException removed) {
            throw removed(removed);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    synchronized void requireConnected() {
        switch (state) {
            case DISCONNECTED -> throw new IllegalStateException("Card has been disconnected");
            case REMOVED -> throw new IllegalStateException("Card has been removed");
            default -> {}
        }
    }

    private synchronized void requireTurn() throws CardException {
        if (exclusiveThread != null && exclusiveThread != Thread.currentThread()) {
            throw new CardException("exclusive access was given to " + exclusiveThread.getName());
        }
    }

    private synchronized CardException removed(CardRemovedException cause) {
        state = State.REMOVED;
        return new CardException("no card in " + reader.name() + " anymore", cause);
    }

    private CardException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new CardException("interrupted while waiting for " + reader.name(), cause);
    }

    @Override
    public String toString() {
        return "card in " + reader.name() + ", ATR " + Arrays.toString(reader.atr());
    }
}
