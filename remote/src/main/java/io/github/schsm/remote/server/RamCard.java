// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.remote.message.RamCommands;
import io.github.schsm.spi.VerifiedElsewhere;
import java.util.Arrays;
import java.util.List;
import javax.smartcardio.ATR;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a card that has dialed in. The first SELECT of the applet is sent with the READ BINARY that follows it,
 * which saves a round trip each time somebody connects.
 */
final class RamCard extends Card implements VerifiedElsewhere {
    private final RamReader reader;
    private final RamReader.Insertion insertion;
    private final CardChannel channel = new RamChannel(this);
    private final byte[] atr;
    private boolean disconnected;
    private boolean sent;
    private @Nullable Thread exclusiveThread;
    /** What was sent before it was asked for, and its answer. */
    private byte @Nullable [] ahead;

    private byte @Nullable [] answerAhead;

    RamCard(RamReader reader, RamReader.Insertion insertion) {
        this.reader = reader;
        this.insertion = insertion;
        this.atr = reader.atr();
    }

    synchronized boolean isValid() {
        return !disconnected && insertion.equals(reader.insertion());
    }

    @Override
    public ATR getATR() {
        return new ATR(atr);
    }

    @Override
    public String getProtocol() {
        return "T=1";
    }

    @Override
    public boolean isVerifiedElsewhere() {
        return reader.isVerifiedBefore();
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
        reader.begin(this, insertion);
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
        reader.end(this);
    }

    @Override
    public byte[] transmitControlCommand(int controlCode, byte[] command) throws CardException {
        requireConnected();
        throw new CardException("a reader on another computer has no control commands");
    }

    @Override
    public void disconnect(boolean reset) throws CardException {
        synchronized (this) {
            if (disconnected) {
                return;
            }
            requireTurn();
            disconnected = true;
            exclusiveThread = null;
        }
        try {
            if (reset && insertion.equals(reader.insertion())) {
                reader.reset(this, insertion);
            }
        } finally {
            reader.end(this);
        }
    }

    byte[] transmit(byte[] command) throws CardException {
        requireConnected();
        synchronized (this) {
            requireTurn();
        }
        byte[] known = takeAhead(command);
        if (known != null) {
            return known;
        }
        boolean first = !sent;
        sent = true;
        if (first && RamCommands.isSelectOfOurs(command)) {
            return selectAndRead(command);
        }
        return reader.send(this, insertion, List.of(command)).get(0);
    }

    private byte[] selectAndRead(byte[] command) throws CardException {
        byte[] next = reader.readAhead();
        List<byte[]> answers = reader.send(this, insertion, List.of(command, next));
        if (answers.size() > 1) {
            ahead = next;
            answerAhead = answers.get(1);
        }
        return answers.get(0);
    }

    /** Whatever the next command is: what was sent ahead is its answer, or of no use any more. */
    private byte @Nullable [] takeAhead(byte[] command) {
        byte[] expected = ahead;
        byte[] answer = answerAhead;
        ahead = null;
        answerAhead = null;
        if (expected == null) {
            return null;
        }
        if (Arrays.equals(expected, command)) {
            return answer;
        }
        if (RamCommands.isReadOfCertificates(command)) {
            reader.setReadAhead(command);
        }
        return null;
    }

    void requireConnected() {
        synchronized (this) {
            if (disconnected) {
                throw new IllegalStateException("Card has been disconnected");
            }
        }
    }

    private void requireTurn() throws CardException {
        if (exclusiveThread != null && exclusiveThread != Thread.currentThread()) {
            throw new CardException("exclusive access was given to " + exclusiveThread.getName());
        }
    }

    @Override
    public String toString() {
        return "Card in " + reader.name() + ", T=1";
    }
}
