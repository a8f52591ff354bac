package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.MigrationConformance;
import org.junit.jupiter.api.Tag;

/** Migration from a device that is reached by PC/SC to one that OpenSC's module reaches. */
@Tag("pcsc")
class PcscToOpenScMigrationTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.targetOnly();
    }
}
