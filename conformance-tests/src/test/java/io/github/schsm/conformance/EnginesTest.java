package io.github.schsm.conformance;

/** The engines on simulated devices in this process. */
class EnginesTest extends EnginesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
