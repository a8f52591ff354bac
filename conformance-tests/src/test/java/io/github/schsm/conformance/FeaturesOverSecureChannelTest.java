package io.github.schsm.conformance;

/** The same with every command protected. */
class FeaturesOverSecureChannelTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SecureBench();
    }
}
