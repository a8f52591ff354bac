package io.github.schsm.conformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a simulated device in this process. */
class SimulatorFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp192r1", "secp224r1", "brainpoolP384r1", "secp521r1"})
    void keysOnOtherCurvesAreDerivedToo(String curve) throws Exception {
        derivedKeySignsAgreesAndIsListedAfterReload(curve);
    }
}
