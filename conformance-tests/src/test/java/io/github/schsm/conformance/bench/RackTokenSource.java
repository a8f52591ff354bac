package io.github.schsm.conformance.bench;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.simulator.SimulatorRack;
import io.github.schsm.spi.TokenSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes {@code terminal = rack:<n>} work: a simulated rack that one test has for itself. */
public final class RackTokenSource implements TokenSource {
    private static final Map<String, SimulatorRack> RACKS = new ConcurrentHashMap<>();
    private static final String REMOTE = "remote-";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** Offers a rack. */
    public static String offer(SimulatorRack rack) {
        return offer(rack, "");
    }

    /** Offers a rack as if it stood elsewhere. */
    public static String offerRemote(SimulatorRack rack) {
        return offer(rack, REMOTE);
    }

    private static String offer(SimulatorRack rack, String where) {
        String number = where + NUMBER.incrementAndGet();
        RACKS.put(number, rack);
        return "rack:" + number;
    }

    /** Takes a rack away. */
    public static void withdraw(String terminal) {
        RACKS.remove(terminal.substring("rack:".length()));
    }

    @Override
    public String scheme() {
        return "rack";
    }

    @Override
    public Opened open(String location, List<String> deviceIds) throws SchsmException {
        SimulatorRack rack = RACKS.get(location);
        if (rack == null) {
            throw new ConfigurationException("no rack " + location);
        }
        return new Terminals(rack.terminals(), location.startsWith(REMOTE));
    }
}
