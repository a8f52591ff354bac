package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.RsaConformance;
import org.junit.jupiter.api.Tag;

/** RSA on a device behind the daemon, reached by jnasmartcardio. */
@Tag("pcsc")
class PcscRsaTest extends RsaConformance {
    @Override
    protected Bench open() throws Exception {
        return new PcscBench("pcsc");
    }
}
