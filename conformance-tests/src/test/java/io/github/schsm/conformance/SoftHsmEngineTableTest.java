package io.github.schsm.conformance;

/** The column of SoftHSM. */
class SoftHsmEngineTableTest extends EngineTableConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
