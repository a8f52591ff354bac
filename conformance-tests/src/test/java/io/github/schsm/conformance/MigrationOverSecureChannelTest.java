package io.github.schsm.conformance;

/** Migration with every command protected. */
class MigrationOverSecureChannelTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return new SecureBench();
    }
}
