package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.DeviceFeaturesConformance;
import org.junit.jupiter.api.Tag;

/** On a device behind the daemon. */
@Tag("pcsc")
class PcscFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new PcscBench("pcsc");
    }
}
