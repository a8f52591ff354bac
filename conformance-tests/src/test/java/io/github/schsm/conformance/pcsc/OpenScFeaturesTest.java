package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.DeviceFeaturesConformance;
import org.junit.jupiter.api.Tag;

/** What a device does besides signing, over OpenSC's module and the card channel. */
@Tag("pcsc")
class OpenScFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return OpenScBench.both();
    }
}
