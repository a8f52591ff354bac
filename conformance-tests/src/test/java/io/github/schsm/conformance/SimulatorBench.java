package io.github.schsm.conformance;

import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.SimulatorRack;
import java.security.Provider;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Two devices of this JVM's rack, used by nobody else. */
final class SimulatorBench implements Bench {
    private static final AtomicInteger NUMBER = new AtomicInteger(100_000);

    private final SimulatedMember source = SimulatedMember.create();
    private final SimulatedMember target = SimulatedMember.create();

    SimulatorBench() throws Exception {}

    @Override
    public SimulatedMember source() {
        return source;
    }

    @Override
    public SimulatedMember target() {
        return target;
    }

    @Override
    public void close() {
        source.insert();
        target.insert();
    }

    /** A device of the rack, and the provider for it. */
    record SimulatedMember(SimulatedDevice device, Provider provider) implements Member {
        /** A device that nobody has used. */
        static SimulatedMember create() throws Exception {
            String id = String.format(Locale.ROOT, "ZZSIM%06d", NUMBER.incrementAndGet());
            return new SimulatedMember(
                    SimulatorRack.memory().device(id), new SchsmProvider().configure(configuration(id)));
        }

        static String configuration(String id) {
            return "terminal = simulator:memory; device = " + id + "; reader = " + id;
        }

        String id() {
            return device.id();
        }

        @Override
        public void remove() {
            device.remove();
        }

        @Override
        public void insert() {
            device.insert();
        }
    }
}
