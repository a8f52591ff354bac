// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.smartcardio.ATR;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;

/**
 * Readers with a simulated device whose first signature or decryption with a key and an algorithm is answered again and
 * again: what is left is what our own side costs.
 */
final class NullCardTerminals extends CardTerminals {
    private static final int SIGN = 0x68;
    private static final int DECIPHER = 0x62;

    private final CardTerminals simulated;

    NullCardTerminals(CardTerminals simulated) {
        this.simulated = simulated;
    }

    @Override
    public List<CardTerminal> list(State state) throws CardException {
        return simulated.list(state).stream()
                .<CardTerminal>map(NullTerminal::new)
                .toList();
    }

    @Override
    public boolean waitForChange(long timeout) throws CardException {
        return simulated.waitForChange(timeout);
    }

    private static final class NullTerminal extends CardTerminal {
        private final CardTerminal simulated;

        private NullTerminal(CardTerminal simulated) {
            this.simulated = simulated;
        }

        @Override
        public String getName() {
            return simulated.getName();
        }

        @Override
        public Card connect(String protocol) throws CardException {
            return new NullCard(simulated.connect(protocol));
        }

        @Override
        public boolean isCardPresent() throws CardException {
            return simulated.isCardPresent();
        }

        @Override
        public boolean waitForCardPresent(long timeout) throws CardException {
            return simulated.waitForCardPresent(timeout);
        }

        @Override
        public boolean waitForCardAbsent(long timeout) throws CardException {
            return simulated.waitForCardAbsent(timeout);
        }
    }

    private static final class NullCard extends Card {
        private final Card simulated;
        private final CardChannel channel;

        private NullCard(Card simulated) {
            this.simulated = simulated;
            this.channel = new NullChannel(this, simulated.getBasicChannel());
        }

        @Override
        public ATR getATR() {
            return simulated.getATR();
        }

        @Override
        public String getProtocol() {
            return simulated.getProtocol();
        }

        @Override
        public CardChannel getBasicChannel() {
            return channel;
        }

        @Override
        public CardChannel openLogicalChannel() throws CardException {
            return simulated.openLogicalChannel();
        }

        /** PC/SC's own cost, and that of the simulator's lock, are not ours. */
        @Override
        public void beginExclusive() {}

        @Override
        public void endExclusive() {}

        @Override
        public byte[] transmitControlCommand(int controlCode, byte[] command) throws CardException {
            return simulated.transmitControlCommand(controlCode, command);
        }

        @Override
        public void disconnect(boolean reset) throws CardException {
            simulated.disconnect(reset);
        }
    }

    private static final class NullChannel extends CardChannel {
        private final Card card;
        private final CardChannel simulated;
        private final Map<Integer, ResponseAPDU> results = new HashMap<>();

        private NullChannel(Card card, CardChannel simulated) {
            this.card = card;
            this.simulated = simulated;
        }

        @Override
        public Card getCard() {
            return card;
        }

        @Override
        public int getChannelNumber() {
            return simulated.getChannelNumber();
        }

        @Override
        public ResponseAPDU transmit(CommandAPDU command) throws CardException {
            if (command.getINS() != SIGN && command.getINS() != DECIPHER) {
                return simulated.transmit(command);
            }
            int operation = command.getINS() << 16 | command.getP1() << 8 | command.getP2();
            ResponseAPDU known = results.get(operation);
            if (known == null) {
                known = simulated.transmit(command);
                results.put(operation, known);
            }
            return known;
        }

        @Override
        public int transmit(ByteBuffer command, ByteBuffer response) throws CardException {
            byte[] bytes = new byte[command.remaining()];
            command.get(bytes);
            byte[] answer = transmit(new CommandAPDU(bytes)).getBytes();
            response.put(answer);
            return answer.length;
        }

        @Override
        public void close() {}
    }
}
