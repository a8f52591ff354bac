package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.KeyStoreConformance;
import org.junit.jupiter.api.Tag;

/** The key store contract over OpenSC's module. */
@Tag("pcsc")
class OpenScKeyStoreTest extends KeyStoreConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
