// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import org.jspecify.annotations.Nullable;

/** Virtual readers as terminals; those that are added later appear. */
public final class SimulatorTerminals extends CardTerminals {
    private final Supplier<List<SimulatedReader>> readers;
    private final Presence presence;
    private final Map<String, SimulatorTerminal> terminals = new HashMap<>();
    /** Moves of each device as the last waitForChange saw them; null before the first. */
    private @Nullable Map<String, Integer> seen;

    private Map<String, Integer> seenBefore = Map.of();

    public SimulatorTerminals(Supplier<List<SimulatedReader>> readers, Presence presence) {
        this.readers = readers;
        this.presence = presence;
    }

    @Override
    public synchronized List<CardTerminal> list(State state) {
        if (state == null) {
            throw new NullPointerException("state");
        }
        List<CardTerminal> list = new ArrayList<>();
        for (SimulatedReader reader : readers.get()) {
            if (is(state, reader)) {
                list.add(terminals.computeIfAbsent(reader.name(), id -> new SimulatorTerminal(reader)));
            }
        }
        return List.copyOf(list);
    }

    private boolean is(State state, SimulatedReader reader) {
        return switch (state) {
            case ALL -> true;
            case CARD_PRESENT -> reader.isInserted();
            case CARD_ABSENT -> !reader.isInserted();
            case CARD_INSERTION -> seen == null ? reader.isInserted() : moved(reader, true);
            case CARD_REMOVAL -> seen == null ? !reader.isInserted() : moved(reader, false);
        };
    }

    /** Whether the last waitForChange saw the device come or go. */
    private boolean moved(SimulatedReader reader, boolean in) {
        int before = seenBefore.getOrDefault(reader.name(), 0);
        int after = seen == null ? before : seen.getOrDefault(reader.name(), 0);
        boolean isIn = SimulatedReader.isInserted(after);
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
        try {
            boolean changed = presence.await(timeout, () -> !moves().equals(baseline));
            remember(baseline);
            return changed;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CardException("interrupted while waiting for a change", interrupted);
        }
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
