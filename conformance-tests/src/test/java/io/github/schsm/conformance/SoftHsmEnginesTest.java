package io.github.schsm.conformance;

/** The engines over SoftHSM. */
class SoftHsmEnginesTest extends EnginesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
