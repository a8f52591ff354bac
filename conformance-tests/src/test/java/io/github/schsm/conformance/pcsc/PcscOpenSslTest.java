package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.OpenSslConformance;
import org.junit.jupiter.api.Tag;

/** The device behind the daemon against {@code openssl}. */
@Tag("pcsc")
class PcscOpenSslTest extends OpenSslConformance {
    @Override
    protected Bench open() throws Exception {
        return new PcscBench("pcsc");
    }
}
