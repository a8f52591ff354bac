package io.github.schsm.conformance;

/** RSA over SoftHSM. */
class SoftHsmRsaTest extends RsaConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
