package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.AuthenticationConformance;
import org.junit.jupiter.api.Tag;

/** PINs of devices behind the daemon, reached by jnasmartcardio. */
@Tag("pcsc")
class PcscAuthenticationTest extends AuthenticationConformance {
    @Override
    protected Place open() throws Exception {
        PcscBench bench = new PcscBench("pcsc");
        return new Place(bench, bench.source());
    }
}
