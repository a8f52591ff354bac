package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.OpenSslConformance;
import org.junit.jupiter.api.Tag;

/** The engines over OpenSC's module against openssl. */
@Tag("pcsc")
class OpenScOpenSslTest extends OpenSslConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
