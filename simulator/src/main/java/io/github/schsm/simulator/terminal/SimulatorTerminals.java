package io.github.schsm.simulator.terminal;

import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.SimulatorRack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import org.jspecify.annotations.Nullable;

/** The readers of a rack, one per device; devices that join the rack later appear. */
public final class SimulatorTerminals extends CardTerminals {
    private final SimulatorRack rack;
    private final Map<String, SimulatorTerminal> terminals = new HashMap<>();
    /** Moves of each device as the last waitForChange saw them; null before the first. */
    private @Nullable Map<String, Integer> seen;

    private Map<String, Integer> seenBefore = Map.of();

    public SimulatorTerminals(SimulatorRack rack) {
        this.rack = rack;
    }

    @Override
    public synchronized List<CardTerminal> list(State state) {
        if (state == null) {
            throw new NullPointerException("state");
        }
        List<CardTerminal> list = new ArrayList<>();
        for (SimulatedDevice device : rack.devices()) {
            if (is(state, device)) {
                list.add(terminals.computeIfAbsent(device.id(), id -> new SimulatorTerminal(device)));
            }
        }
        return List.copyOf(list);
    }

    private boolean is(State state, SimulatedDevice device) {
        return switch (state) {
            case ALL -> true;
            case CARD_PRESENT -> device.isInserted();
            case CARD_ABSENT -> !device.isInserted();
            case CARD_INSERTION -> seen == null ? device.isInserted() : moved(device, true);
            case CARD_REMOVAL -> seen == null ? !device.isInserted() : moved(device, false);
        };
    }

    /** Whether the last waitForChange saw the device come or go. */
    private boolean moved(SimulatedDevice device, boolean in) {
        int before = seenBefore.getOrDefault(device.id(), 0);
        int after = seen == null ? before : seen.getOrDefault(device.id(), 0);
        boolean isIn = (after & 1) == 1;
        return after != before && (isIn == in || after - before > 1);
    }

    @Override
    public boolean waitForChange(long timeout) throws CardException {
        if (timeout < 0) {
            throw new IllegalArgumentException("the timeout is negative: " + timeout);
        }
        if (rack.devices().isEmpty()) {
            throw new IllegalStateException("there are no terminals");
        }
        Map<String, Integer> baseline = baseline();
        try {
            boolean changed = rack.presence().await(timeout, () -> !moves().equals(baseline));
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
        rack.devices().forEach(device -> moves.put(device.id(), device.moves()));
        return moves;
    }
}
