package io.github.schsm.conformance;

/** The engines over SoftHSM against openssl. */
class SoftHsmOpenSslTest extends OpenSslConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
