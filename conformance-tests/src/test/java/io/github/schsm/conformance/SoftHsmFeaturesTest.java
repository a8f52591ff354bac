package io.github.schsm.conformance;

/** What SoftHSM does besides signing, and what it refuses. */
class SoftHsmFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
