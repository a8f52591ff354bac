package io.github.schsm.conformance;

/** The key store contract over SoftHSM. */
class SoftHsmKeyStoreTest extends KeyStoreConformance {
    @Override
    protected Bench open() throws Exception {
        return new SoftHsmBench();
    }
}
