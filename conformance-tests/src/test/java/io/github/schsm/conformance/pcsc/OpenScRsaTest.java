package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.RsaConformance;
import org.junit.jupiter.api.Tag;

/** RSA over OpenSC's module. */
@Tag("pcsc")
class OpenScRsaTest extends RsaConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
