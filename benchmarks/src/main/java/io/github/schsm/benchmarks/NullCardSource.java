package io.github.schsm.benchmarks;

import io.github.schsm.SchsmException;
import io.github.schsm.simulator.DeviceProfile;
import io.github.schsm.simulator.SimulatorRack;
import io.github.schsm.spi.TokenSource;
import java.util.List;

/** Makes {@code terminal = nullcard:x} work: a card that needs no time to sign. */
public final class NullCardSource implements TokenSource {
    /** For {@link java.util.ServiceLoader}. */
    public NullCardSource() {}

    @Override
    public String scheme() {
        return "nullcard";
    }

    @Override
    public Opened open(String location, List<String> deviceIds) throws SchsmException {
        SimulatorRack rack = SimulatorRack.create(DeviceProfile.smartCardHsm4k());
        rack.device(SimulatorRack.DEFAULT_DEVICE);
        return new Terminals(new NullCardTerminals(rack.terminals()));
    }
}
