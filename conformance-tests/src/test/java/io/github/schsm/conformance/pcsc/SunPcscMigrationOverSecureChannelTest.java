package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.MigrationConformance;
import org.junit.jupiter.api.Tag;

/** Migration between two devices behind the daemon with every command protected. */
@Tag("pcsc")
class SunPcscMigrationOverSecureChannelTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return new PcscBench("sunpcsc", "; channel = secure");
    }
}
