package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.MigrationConformance;
import org.junit.jupiter.api.Tag;

/** Migration from a device that OpenSC's module reaches to one that is reached by PC/SC. */
@Tag("pcsc")
class OpenScToPcscMigrationTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.sourceOnly();
    }
}
