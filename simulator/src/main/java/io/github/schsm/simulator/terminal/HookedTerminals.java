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

/**
 * Other terminals with a hook between them and the program: for readers and cards that count, change, refuse, or break
 * what passes, and that no simulated device is.
 */
public final class HookedTerminals extends CardTerminals {
    /** What is between. It may pass a call on, answer by itself, or throw what an implementation would throw. */
    @FunctionalInterface
    public interface Hook {
        /**
         * A command.
         *
         * @param command the encoded command
         * @return the answer with its status word; empty is what some implementations return for a removed card
         */
        byte[] transmit(byte[] command, Next next) throws CardException;

        /** Another call that returns something. Passed on, unless the hook says otherwise. */
        default <T> T call(Call call, Real<T> real) throws CardException {
            return real.call();
        }

        /** Another call that returns nothing. Passed on, unless the hook says otherwise. */
        default void run(Call call, Action real) throws CardException {
            real.run();
        }
    }

    /** The real channel. */
    @FunctionalInterface
    public interface Next {
        /** Sends a command to the card, and returns its answer with the status word. */
        byte[] transmit(byte[] command) throws CardException;
    }

    /** A call as it would go without the hook. */
    @FunctionalInterface
    public interface Real<T> {
        /** Makes the call. */
        T call() throws CardException;
    }

    /** A call that returns nothing, as it would go without the hook. */
    @FunctionalInterface
    public interface Action {
        /** Makes the call. */
        void run() throws CardException;
    }

    /** Which call it is, other than a command. A hook of the first three can throw unchecked exceptions only. */
    public enum Call {
        /** {@link CardTerminal#getName()} */
        NAME,
        /** {@link Card#getATR()} */
        ATR,
        /** {@link Card#getBasicChannel()} */
        CHANNEL,
        /** {@link CardTerminals#list(CardTerminals.State)} */
        LIST,
        /** {@link CardTerminal#connect(String)} */
        CONNECT,
        /** {@link CardTerminal#isCardPresent()} */
        PRESENT,
        /** {@link Card#beginExclusive()} */
        BEGIN,
        /** {@link Card#endExclusive()} */
        END,
        /** {@link Card#transmitControlCommand(int, byte[])} */
        CONTROL,
        /** {@link Card#disconnect(boolean)} */
        DISCONNECT
    }

    /** A terminal under a name of its own; one terminal may be there under several. */
    public record Named(String name, CardTerminal terminal) {}

    private static final int LONGEST_ANSWER = 65_538;

    private final CardTerminals real;
    private final Hook hook;
    private final UnaryOperator<String> names;

    /** All of these terminals. */
    public HookedTerminals(CardTerminals real, Hook hook) {
        this(real, hook, UnaryOperator.identity());
    }

    /** With other names for the readers. */
    public HookedTerminals(CardTerminals real, Hook hook, UnaryOperator<String> names) {
        this.real = real;
        this.hook = hook;
        this.names = names;
    }

    /**
     * Terminals under other names, without a hook.
     *
     * @param terminals those that are there; what changes in the list, changes in the terminals
     */
    public static CardTerminals named(List<Named> terminals) {
        return new Renamed(terminals);
    }

    @Override
    public List<CardTerminal> list(State state) throws CardException {
        List<CardTerminal> hooked = new ArrayList<>();
        for (CardTerminal terminal : hook.call(Call.LIST, () -> real.list(state))) {
            hooked.add(new Terminal(terminal, hook, names));
        }
        return hooked;
    }

    @Override
    public boolean waitForChange(long timeout) throws CardException {
        return real.waitForChange(timeout);
    }

    private static <T> T unchecked(Hook hook, Call call, Real<T> real) {
        try {
            return hook.call(call, real);
        } catch (CardException checked) {
            throw new IllegalStateException("a hook of " + call + " can throw unchecked exceptions only", checked);
        }
    }

    private static final class Renamed extends CardTerminals {
        private static final Hook NOTHING = (command, next) -> next.transmit(command);

        private final List<Named> terminals;

        Renamed(List<Named> terminals) {
            this.terminals = terminals;
        }

        @Override
        public List<CardTerminal> list(State state) throws CardException {
            List<CardTerminal> wanted = new ArrayList<>();
            for (Named one : terminals) {
                boolean takes = switch (state) {
                    case CARD_PRESENT -> one.terminal().isCardPresent();
                    case CARD_ABSENT -> !one.terminal().isCardPresent();
                    case ALL, CARD_INSERTION, CARD_REMOVAL -> true;
                };
                if (takes) {
                    wanted.add(new Terminal(one.terminal(), NOTHING, name -> one.name()));
                }
            }
            return wanted;
        }

        @Override
        public boolean waitForChange(long timeout) {
            return false;
        }
    }

    private static final class Terminal extends CardTerminal {
        private final CardTerminal terminal;
        private final Hook hook;
        private final UnaryOperator<String> names;

        Terminal(CardTerminal terminal, Hook hook, UnaryOperator<String> names) {
            this.terminal = terminal;
            this.hook = hook;
            this.names = names;
        }

        @Override
        public String getName() {
            return unchecked(hook, Call.NAME, () -> names.apply(terminal.getName()));
        }

        @Override
        public Card connect(String protocol) throws CardException {
            return new HookedCard(hook.call(Call.CONNECT, () -> terminal.connect(protocol)), hook);
        }

        @Override
        public boolean isCardPresent() throws CardException {
            return hook.call(Call.PRESENT, terminal::isCardPresent);
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

    private static final class HookedCard extends Card {
        private final Card card;
        private final Hook hook;

        HookedCard(Card card, Hook hook) {
            this.card = card;
            this.hook = hook;
        }

        @Override
        public ATR getATR() {
            return unchecked(hook, Call.ATR, card::getATR);
        }

        @Override
        public String getProtocol() {
            return card.getProtocol();
        }

        @Override
        public CardChannel getBasicChannel() {
            return new Channel(this, unchecked(hook, Call.CHANNEL, card::getBasicChannel), hook);
        }

        @Override
        public CardChannel openLogicalChannel() throws CardException {
            return card.openLogicalChannel();
        }

        @Override
        public void beginExclusive() throws CardException {
            hook.run(Call.BEGIN, card::beginExclusive);
        }

        @Override
        public void endExclusive() throws CardException {
            hook.run(Call.END, card::endExclusive);
        }

        @Override
        public byte[] transmitControlCommand(int controlCode, byte[] command) throws CardException {
            return hook.call(Call.CONTROL, () -> card.transmitControlCommand(controlCode, command));
        }

        @Override
        public void disconnect(boolean reset) throws CardException {
            hook.run(Call.DISCONNECT, () -> card.disconnect(reset));
        }
    }

    private static final class Channel extends CardChannel {
        private final Card card;
        private final CardChannel channel;
        private final Hook hook;

        Channel(Card card, CardChannel channel, Hook hook) {
            this.card = card;
            this.channel = channel;
            this.hook = hook;
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
            ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
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
