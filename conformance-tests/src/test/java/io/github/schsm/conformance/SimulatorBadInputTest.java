package io.github.schsm.conformance;

/** Bad input on the simulator in this process. */
class SimulatorBadInputTest extends BadInputConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
