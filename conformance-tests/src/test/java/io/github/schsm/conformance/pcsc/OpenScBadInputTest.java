package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.BadInputConformance;
import io.github.schsm.conformance.Bench;
import org.junit.jupiter.api.Tag;

/** Bad input over OpenSC's module. */
@Tag("pcsc")
class OpenScBadInputTest extends BadInputConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
