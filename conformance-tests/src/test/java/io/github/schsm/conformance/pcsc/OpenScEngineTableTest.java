package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.EngineTableConformance;
import org.junit.jupiter.api.Tag;

/** The column of OpenSC's module. */
@Tag("pcsc")
class OpenScEngineTableTest extends EngineTableConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
