package io.github.schsm.conformance;

/** Migration between two simulated devices in this process. */
class SimulatorMigrationTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
