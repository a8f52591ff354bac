package io.github.schsm.conformance;

/** Bad input with every command protected. */
class BadInputOverSecureChannelTest extends BadInputConformance {
    @Override
    protected Bench open() throws Exception {
        return new SecureBench();
    }
}
