package io.github.schsm.conformance;

import io.github.schsm.simulator.DeviceProfile;

/** On a device behind a reader without extended length. */
class ShortApduFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench(DeviceProfile.smartCardHsm4k().withShortApdusOnly());
    }
}
