package io.github.schsm.conformance;

/** The column of the device itself. */
class EngineTableTest extends EngineTableConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
