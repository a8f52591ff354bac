package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.AuthenticationConformance;
import org.junit.jupiter.api.Tag;

/** PINs of devices behind OpenSC's module. */
@Tag("pcsc")
class OpenScAuthenticationTest extends AuthenticationConformance {
    @Override
    protected Place open() throws Exception {
        OpenScBench bench = OpenScBench.both();
        return new Place(bench, bench.source());
    }
}
