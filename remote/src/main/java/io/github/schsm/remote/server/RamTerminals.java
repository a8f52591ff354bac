// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import org.jspecify.annotations.Nullable;

/** Readers that have dialed in, as terminals; those that dial in later appear. */
final class RamTerminals extends CardTerminals {
    private final Supplier<List<RamReader>> readers;
    private final Map<String, RamTerminal> terminals = new HashMap<>();
    /** Moves of each reader as the last waitForChange saw them; null before the first. */
    private @Nullable Map<String, Integer> seen;

    private Map<String, Integer> seenBefore = Map.of();

    RamTerminals(Supplier<List<RamReader>> readers) {
        this.readers = readers;
    }

    @Override
    public List<CardTerminal> list(State state) {
        if (state == null) {
            throw new NullPointerException("state");
        }
        List<RamReader> present = readers.get();
        synchronized (this) {
            List<CardTerminal> list = new ArrayList<>();
            for (RamReader reader : present) {
                if (is(state, reader)) {
                    list.add(terminal(reader));
                }
            }
            return List.copyOf(list);
        }
    }

    private RamTerminal terminal(RamReader reader) {
        RamTerminal known = terminals.get(reader.name());
        if (known == null || !known.isOf(reader)) {
            known = new RamTerminal(reader);
            terminals.put(reader.name(), known);
        }
        return known;
    }

    private boolean is(State state, RamReader reader) {
        boolean in = reader.session() != null;
        return switch (state) {
            case ALL -> true;
            case CARD_PRESENT -> in;
            case CARD_ABSENT -> !in;
            case CARD_INSERTION -> seen == null ? in : moved(reader, true);
            case CARD_REMOVAL -> seen == null ? !in : moved(reader, false);
        };
    }

    /** Whether the last waitForChange saw the device come or go. */
    private boolean moved(RamReader reader, boolean in) {
        int before = seenBefore.getOrDefault(reader.name(), 0);
        int after = seen == null ? before : seen.getOrDefault(reader.name(), 0);
        boolean isIn = after % 2 == 1;
        return after != before && (isIn == in || after - before > 1);
    }

    @Override
    public boolean waitForChange(long timeout) throws CardException {
        if (timeout < 0) {
            throw new IllegalArgumentException("the timeout is negative: " + timeout);
        }
        if (readers.get().isEmpty()) {
            throw new IllegalStateException("there are no terminals");
        }
        Map<String, Integer> baseline = baseline();
        boolean changed = RamTerminal.await(timeout, () -> !moves().equals(baseline));
        remember(baseline);
        return changed;
    }

    private synchronized Map<String, Integer> baseline() {
        return seen == null ? moves() : seen;
    }

    private synchronized void remember(Map<String, Integer> baseline) {
        seenBefore = baseline;
        seen = moves();
    }

    private Map<String, Integer> moves() {
        Map<String, Integer> moves = new HashMap<>();
        readers.get().forEach(reader -> moves.put(reader.name(), reader.moves()));
        return moves;
    }
}
