package io.github.schsm.conformance;

/** The same with every command protected. */
class KeyFactoriesOverSecureChannelTest extends KeyFactoriesTest {
    @Override
    SimulatorBench newBench() throws Exception {
        return new SecureBench();
    }
}
