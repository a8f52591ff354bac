package io.github.schsm.conformance;

import io.github.schsm.simulator.DeviceProfile;
import io.github.schsm.simulator.Quirk;

/** On a device that lists no data files, answers ECDH otherwise and shows attributes in another form. */
class OpenFirmwareFeaturesTest extends DeviceFeaturesConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench(DeviceProfile.smartCardHsm4k()
                .with(
                        Quirk.ECDH_ANSWERS_X_ONLY,
                        Quirk.LONG_FORM_ATTRIBUTES,
                        Quirk.ENUMERATE_WITHOUT_CONTENTS,
                        Quirk.SUPERFLUOUS_ZEROS,
                        Quirk.FILE_SIZE_IN_80,
                        Quirk.READ_OVER_END_IS_OK,
                        Quirk.USED_UP_KEY_ANSWERS_FULL,
                        Quirk.SLOTS_END_WITH_6B00));
    }
}
