package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.MigrationConformance;
import org.junit.jupiter.api.Tag;

/** Migration between two devices that OpenSC's module reaches. */
@Tag("pcsc")
class OpenScMigrationTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
