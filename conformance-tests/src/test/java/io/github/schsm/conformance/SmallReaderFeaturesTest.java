package io.github.schsm.conformance;

import io.github.schsm.simulator.DeviceProfile;

/** On a device behind a reader that turns out to take shorter commands than the device does. */
class SmallReaderFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench(DeviceProfile.smartCardHsm4k().withCommandLimit(478));
    }
}
