package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.EnginesConformance;
import org.junit.jupiter.api.Tag;

/** The engines over OpenSC's module, on devices behind the daemon. */
@Tag("pcsc")
class OpenScEnginesTest extends EnginesConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
