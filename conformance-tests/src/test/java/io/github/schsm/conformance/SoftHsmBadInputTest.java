package io.github.schsm.conformance;

/** Bad input over SoftHSM. */
class SoftHsmBadInputTest extends BadInputConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
