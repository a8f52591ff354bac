// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;

/** The basic channel to a device: the only one it has. */
final class SimulatorChannel extends CardChannel {
    /** As long as the JDK's own channel demands. */
    private static final int SMALLEST_BUFFER = 258;

    private final SimulatorCard card;

    SimulatorChannel(SimulatorCard card) {
        this.card = card;
    }

    @Override
    public Card getCard() {
        return card;
    }

    @Override
    public int getChannelNumber() {
        card.requireConnected();
        return 0;
    }

    @Override
    public ResponseAPDU transmit(CommandAPDU command) throws CardException {
        byte[] answer = card.transmit(command.getBytes());
        if (answer.length < 2) {
            throw new CardException("the card answered " + answer.length + " bytes, which is no response APDU");
        }
        return new ResponseAPDU(answer);
    }

    @Override
    public int transmit(ByteBuffer command, ByteBuffer response) throws CardException {
        card.requireConnected();
        if (sameObject(command, response)) {
            throw new IllegalArgumentException("command and response are the same buffer");
        }
        if (response.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (response.remaining() < SMALLEST_BUFFER) {
            throw new IllegalArgumentException(
                    "the response buffer has room for " + response.remaining() + " bytes, not " + SMALLEST_BUFFER);
        }
        byte[] bytes = new byte[command.remaining()];
        command.get(bytes);
        byte[] answer = card.transmit(bytes);
        if (answer.length > response.remaining()) {
            throw new CardException("the answer of " + answer.length + " bytes does not fit the response buffer");
        }
        response.put(answer);
        return answer.length;
    }

    @SuppressWarnings("ReferenceEquality") // the same object is what javax.smartcardio forbids
    private static boolean sameObject(ByteBuffer one, ByteBuffer other) {
        return one == other;
    }

    @Override
    public void close() {
        throw new IllegalStateException("the basic channel cannot be closed");
    }
}
