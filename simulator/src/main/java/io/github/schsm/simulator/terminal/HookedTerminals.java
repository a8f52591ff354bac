// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.smartcardio.ATR;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;

/** Real terminals with something between them and the program, for readers that do not exist as simulation. */
public final class HookedTerminals extends CardTerminals {
    /** What is between. */
    public interface Hook {
        byte[] transmit(byte[] command, Next next) throws CardException;
    }

    /** The real channel. */
    public interface Next {
        byte[] transmit(byte[] command) throws CardException;
    }

    private final CardTerminals real;
    private final Hook hook;
    private final UnaryOperator<String> names;

    public HookedTerminals(CardTerminals real, Hook hook) {
        this(real, hook, UnaryOperator.identity());
    }

    /** With other names for the readers. */
    public HookedTerminals(CardTerminals real, Hook hook, UnaryOperator<String> names) {
        this.real = real;
        this.hook = hook;
        this.names = names;
    }

    @Override
    public List<CardTerminal> list(State state) throws CardException {
        List<CardTerminal> hooked = new ArrayList<>();
        for (CardTerminal terminal : real.list(state)) {
            hooked.add(new Terminal(terminal));
        }
        return hooked;
    }

    @Override
    public boolean waitForChange(long timeout) throws CardException {
        return real.waitForChange(timeout);
    }

    private final class Terminal extends CardTerminal {
        private final CardTerminal terminal;

        Terminal(CardTerminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public String getName() {
            return names.apply(terminal.getName());
        }

        @Override
        public Card connect(String protocol) throws CardException {
            return new HookedCard(terminal.connect(protocol));
        }

        @Override
        public boolean isCardPresent() throws CardException {
            return terminal.isCardPresent();
        }

        @Override
        public boolean waitForCardPresent(long timeout) throws CardException {
            return terminal.waitForCardPresent(timeout);
        }

        @Override
        public boolean waitForCardAbsent(long timeout) throws CardException {
            return terminal.waitForCardAbsent(timeout);
        }
    }

    private final class HookedCard extends Card {
        private final Card card;

        HookedCard(Card card) {
            this.card = card;
        }

        @Override
        public ATR getATR() {
            return card.getATR();
        }

        @Override
        public String getProtocol() {
            return card.getProtocol();
        }

        @Override
        public CardChannel getBasicChannel() {
            return new Channel(this, card.getBasicChannel());
        }

        @Override
        public CardChannel openLogicalChannel() throws CardException {
            return card.openLogicalChannel();
        }

        @Override
        public void beginExclusive() throws CardException {
            card.beginExclusive();
        }

        @Override
        public void endExclusive() throws CardException {
            card.endExclusive();
        }

        @Override
        public byte[] transmitControlCommand(int controlCode, byte[] command) throws CardException {
            return card.transmitControlCommand(controlCode, command);
        }

        @Override
        public void disconnect(boolean reset) throws CardException {
            card.disconnect(reset);
        }
    }

    private final class Channel extends CardChannel {
        private final Card card;
        private final CardChannel channel;

        Channel(Card card, CardChannel channel) {
            this.card = card;
            this.channel = channel;
        }

        @Override
        public Card getCard() {
            return card;
        }

        @Override
        public int getChannelNumber() {
            return 0;
        }

        @Override
        public ResponseAPDU transmit(CommandAPDU command) throws CardException {
            return new ResponseAPDU(hook.transmit(command.getBytes(), this::next));
        }

        @Override
        public int transmit(ByteBuffer command, ByteBuffer response) throws CardException {
            byte[] bytes = new byte[command.remaining()];
            command.get(bytes);
            byte[] answer = hook.transmit(bytes, this::next);
            response.put(answer);
            return answer.length;
        }

        private byte[] next(byte[] command) throws CardException {
            ByteBuffer answer = ByteBuffer.allocate(65_538);
            int length = channel.transmit(ByteBuffer.wrap(command), answer);
            byte[] bytes = new byte[length];
            answer.flip().get(bytes);
            return bytes;
        }

        @Override
        public void close() throws CardException {
            channel.close();
        }
    }
}
