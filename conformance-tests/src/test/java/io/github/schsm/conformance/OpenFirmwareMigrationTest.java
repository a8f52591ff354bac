package io.github.schsm.conformance;

import io.github.schsm.simulator.DeviceProfile;
import io.github.schsm.simulator.Quirk;

/**
 * Migration between devices that speak the same protocol and differ wherever such devices are known to differ: long
 * UIDs, answers of another form, lists that leave things out, a device key on another curve.
 */
class OpenFirmwareMigrationTest extends MigrationConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench(DeviceProfile.smartCardHsm4k()
                .with(
                        Quirk.UID_IS_WHOLE_POINT,
                        Quirk.ECDH_ANSWERS_X_ONLY,
                        Quirk.LONG_FORM_ATTRIBUTES,
                        Quirk.ENUMERATE_WITHOUT_CONTENTS,
                        Quirk.DELETED_DOMAIN_ANSWERS_FREE,
                        Quirk.DEVICE_KEY_ON_SECP256K1,
                        Quirk.KCV_NEEDS_PIN,
                        Quirk.SUPERFLUOUS_ZEROS,
                        Quirk.READ_ALL_ENDS_WITH_WARNING,
                        Quirk.SLOTS_END_WITH_6B00,
                        Quirk.EC_BLOB_WITHOUT_A,
                        Quirk.PSO_STORES_CERTIFICATES,
                        Quirk.UNKNOWN_KCV_IS_WRONG_DATA));
    }
}
