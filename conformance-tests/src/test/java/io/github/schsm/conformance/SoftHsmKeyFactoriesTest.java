package io.github.schsm.conformance;

/** Key factories over SoftHSM. */
class SoftHsmKeyFactoriesTest extends KeyFactoriesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
