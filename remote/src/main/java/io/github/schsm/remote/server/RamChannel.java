// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;

/** The one channel of a card that has dialed in. */
final class RamChannel extends CardChannel {
    private final RamCard card;

    RamChannel(RamCard card) {
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
        return new ResponseAPDU(card.transmit(command.getBytes()));
    }

    @Override
    public int transmit(ByteBuffer command, ByteBuffer response) throws CardException {
        byte[] bytes = new byte[command.remaining()];
        command.get(bytes);
        try {
            byte[] answer = card.transmit(bytes);
            if (answer.length > response.remaining()) {
                throw new CardException("the answer of " + answer.length + " bytes does not fit the response buffer");
            }
            response.put(answer);
            Arrays.fill(answer, (byte) 0);
            return answer.length;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    @Override
    public void close() {
        throw new IllegalStateException("the basic channel cannot be closed");
    }
}
