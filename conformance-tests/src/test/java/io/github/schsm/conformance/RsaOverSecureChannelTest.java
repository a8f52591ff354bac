package io.github.schsm.conformance;

/** The same with every command protected. */
class RsaOverSecureChannelTest extends RsaConformance {
    @Override
    protected Bench open() throws Exception {
        return new SecureBench();
    }
}
