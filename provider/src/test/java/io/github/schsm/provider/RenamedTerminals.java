// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import java.util.ArrayList;
import java.util.List;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;

/** Other terminals under names of a test's own; one may be there under several. */
final class RenamedTerminals extends CardTerminals {
    /** Those that are there now. */
    final List<CardTerminal> terminals = new ArrayList<>();

    /** A terminal under another name. */
    static CardTerminal renamed(CardTerminal terminal, String name) {
        return new Renamed(terminal, name);
    }

    @Override
    public List<CardTerminal> list(State state) throws CardException {
        List<CardTerminal> wanted = new ArrayList<>();
        for (CardTerminal terminal : terminals) {
            boolean takes = switch (state) {
                case CARD_PRESENT -> terminal.isCardPresent();
                case CARD_ABSENT -> !terminal.isCardPresent();
                case ALL, CARD_INSERTION, CARD_REMOVAL -> true;
            };
            if (takes) {
                wanted.add(terminal);
            }
        }
        return wanted;
    }

    @Override
    public boolean waitForChange(long timeout) {
        return false;
    }

    private static final class Renamed extends CardTerminal {
        private final CardTerminal terminal;
        private final String name;

        private Renamed(CardTerminal terminal, String name) {
            this.terminal = terminal;
            this.name = name;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public Card connect(String protocol) throws CardException {
            return terminal.connect(protocol);
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
}
