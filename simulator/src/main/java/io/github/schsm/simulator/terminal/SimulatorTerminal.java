// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.util.function.BooleanSupplier;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import javax.smartcardio.CardTerminal;
import org.jspecify.annotations.Nullable;

/** The reader of one reader, as javax.smartcardio sees it. */
final class SimulatorTerminal extends CardTerminal {
    private final SimulatedReader reader;
    private @Nullable SimulatorCard card;

    SimulatorTerminal(SimulatedReader reader) {
        this.reader = reader;
    }

    @Override
    public String getName() {
        return reader.name();
    }

    @Override
    public synchronized Card connect(String protocol) throws CardException {
        switch (protocol) {
            case "*", "T=1", "direct" -> {}
            case "T=0", "T=CL" ->
                throw new CardException(getName() + " speaks T=1, not " + protocol + ": connect with T=1 or *");
            default ->
                throw new IllegalArgumentException("\"" + protocol + "\" is no protocol: use T=1, T=0, T=CL or *");
        }
        if (card != null && card.isValid()) {
            return card;
        }
        int moves = reader.moves();
        if (!SimulatedReader.isInserted(moves)) {
            throw new CardNotPresentException("no card in " + getName());
        }
        card = new SimulatorCard(reader, moves);
        return card;
    }

    @Override
    public boolean isCardPresent() {
        return reader.isInserted();
    }

    @Override
    public boolean waitForCardPresent(long timeout) throws CardException {
        return await(timeout, reader::isInserted);
    }

    @Override
    public boolean waitForCardAbsent(long timeout) throws CardException {
        return await(timeout, () -> !reader.isInserted());
    }

    private boolean await(long timeout, BooleanSupplier condition) throws CardException {
        if (timeout < 0) {
            throw new IllegalArgumentException("the timeout is negative: " + timeout);
        }
        try {
            return reader.presence().await(timeout, condition);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CardException("interrupted while waiting at " + getName(), interrupted);
        }
    }

    @Override
    public String toString() {
        return "CardTerminal " + getName();
    }
}
