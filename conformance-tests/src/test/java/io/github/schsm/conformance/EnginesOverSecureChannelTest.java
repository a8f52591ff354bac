package io.github.schsm.conformance;

/** The same with every command protected. */
class EnginesOverSecureChannelTest extends EnginesTest {
    @Override
    SimulatorBench newBench() throws Exception {
        return new SecureBench();
    }

    @Override
    int bytesInACommand() {
        return 1199;
    }
}
