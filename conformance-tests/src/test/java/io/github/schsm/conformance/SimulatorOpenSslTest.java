package io.github.schsm.conformance;

/** The simulator in this process against {@code openssl}. */
class SimulatorOpenSslTest extends OpenSslConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
