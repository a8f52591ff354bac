package io.github.schsm.conformance;

import io.github.schsm.simulator.DeviceProfile;

/** The same with every command protected; other programs at the reader speak in plain. */
class KeyStoreOverSecureChannelTest extends KeyStoreTest {
    @Override
    SimulatorBench newBench() throws Exception {
        return new SimulatorBench(DeviceProfile.smartCardHsm4k(), "; channel = secure");
    }
}
