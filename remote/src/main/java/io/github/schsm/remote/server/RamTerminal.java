// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import javax.smartcardio.CardTerminal;
import org.jspecify.annotations.Nullable;

/** A reader that has dialed in, as javax.smartcardio sees it. */
final class RamTerminal extends CardTerminal {
    /** Readers come and go seldom, and nobody waits here but who has nothing else to do. */
    private static final long LOOK_MILLIS = 50;

    private final RamReader reader;
    private @Nullable RamCard card;

    RamTerminal(RamReader reader) {
        this.reader = reader;
    }

    RamReader reader() {
        return reader;
    }

    boolean isOf(RamReader known) {
        return reader == known;
    }

    @Override
    public String getName() {
        return reader.name();
    }

    @Override
    public synchronized Card connect(String protocol) throws CardException {
        switch (protocol) {
            case "*", "T=1" -> {}
            case "T=0", "T=CL", "direct" ->
                throw new CardException(getName() + " speaks T=1, not " + protocol + ": connect with T=1 or *");
            default ->
                throw new IllegalArgumentException("\"" + protocol + "\" is no protocol: use T=1, T=0, T=CL or *");
        }
        if (card != null && card.isValid()) {
            return card;
        }
        RamReader.Insertion insertion = reader.awaitInsertion();
        if (insertion == null) {
            throw new CardNotPresentException("the computer with " + getName() + " is not connected");
        }
        card = new RamCard(reader, insertion);
        return card;
    }

    @Override
    public boolean isCardPresent() {
        return reader.session() != null;
    }

    @Override
    public boolean waitForCardPresent(long timeout) throws CardException {
        return await(timeout, this::isCardPresent);
    }

    @Override
    public boolean waitForCardAbsent(long timeout) throws CardException {
        return await(timeout, () -> !isCardPresent());
    }

    /** Waits until something is so; 0 milliseconds wait as long as it takes. */
    static boolean await(long timeout, BooleanSupplier condition) throws CardException {
        if (timeout < 0) {
            throw new IllegalArgumentException("the timeout is negative: " + timeout);
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeout);
        while (!condition.getAsBoolean()) {
            if (timeout > 0 && System.nanoTime() >= end) {
                return false;
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                throw new CardException("interrupted while waiting for a reader", asked);
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return "CardTerminal " + getName();
    }
}
