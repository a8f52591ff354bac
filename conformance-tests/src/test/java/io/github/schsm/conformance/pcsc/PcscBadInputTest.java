package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.BadInputConformance;
import io.github.schsm.conformance.Bench;
import org.junit.jupiter.api.Tag;

/** Bad input with the device behind the daemon. */
@Tag("pcsc")
class PcscBadInputTest extends BadInputConformance {
    @Override
    protected Bench open() throws Exception {
        return new PcscBench("pcsc");
    }
}
