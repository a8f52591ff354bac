package io.github.schsm.conformance;

/** The same with every command protected. */
class EnginesOverSecureChannelTest extends EnginesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SecureBench();
    }

    @Override
    protected int bytesInACommand() {
        return 1199;
    }
}
