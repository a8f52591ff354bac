package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.KeyFactoriesConformance;
import org.junit.jupiter.api.Tag;

/** Key factories over OpenSC's module. */
@Tag("pcsc")
class OpenScKeyFactoriesTest extends KeyFactoriesConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
