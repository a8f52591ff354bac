package io.github.schsm.conformance;

/** Key factories over simulated devices in this process. */
class KeyFactoriesTest extends KeyFactoriesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
