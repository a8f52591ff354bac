package io.github.schsm.conformance;

/** The same with every command protected. */
class KeyFactoriesOverSecureChannelTest extends KeyFactoriesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SecureBench();
    }
}
