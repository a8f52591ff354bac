// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;

/** Two fresh devices, and a way to reach them. */
public enum BenchKind {
    /** Simulated devices in this process. */
    SIMULATOR(false) {
        @Override
        public Bench open() throws Exception {
            return new SimulatorBench();
        }
    },
    /** The same with every command protected, which is watched at the wire. */
    SECURE_CHANNEL(false) {
        @Override
        public Bench open() throws Exception {
            return new SecureBench();
        }

        @Override
        public int bytesInACommand() {
            return 1199;
        }
    },
    /** Simulated devices that dial in by RAMOverHTTP: PINs, and what follows them, go over a secure channel. */
    RAM(false) {
        @Override
        public Bench open() throws Exception {
            return new RamBench();
        }

        @Override
        public int bytesInACommand() {
            return 1199;
        }
    },
    /** Tokens of SoftHSM, reached by its module. */
    SOFTHSM(false) {
        @Override
        public Bench open() throws Exception {
            return new SoftHsmBench();
        }
    },
    /** Simulated devices behind a reader without extended length. */
    SHORT_APDUS(false) {
        @Override
        public Bench open() throws Exception {
            return new SimulatorBench(DeviceProfile.smartCardHsm4k().withShortApdusOnly());
        }
    },
    /** Simulated devices behind a reader that turns out to take shorter commands than they do. */
    SMALL_READER(false) {
        @Override
        public Bench open() throws Exception {
            return new SimulatorBench(DeviceProfile.smartCardHsm4k().withCommandLimit(478));
        }
    },
    /**
     * Simulated devices that speak the same protocol and differ wherever such devices are known to differ: long UIDs,
     * answers of another form, lists that leave things out, a device key on another curve.
     */
    OPEN_FIRMWARE(false) {
        @Override
        public Bench open() throws Exception {
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
    },
    /** Simulated devices whose files, attributes and counters take other forms. */
    OTHER_FORMS(false) {
        @Override
        public Bench open() throws Exception {
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
    },
    /** The simulated members of a key domain as one key store. */
    DOMAIN(false) {
        @Override
        public Bench open() throws Exception {
            return new DomainBench();
        }
    },
    /** Devices behind the PC/SC daemon, reached by jnasmartcardio. */
    PCSC(true) {
        @Override
        public Bench open() throws Exception {
            return new PcscBench("pcsc");
        }
    },
    /** Devices behind the daemon with every command protected. */
    PCSC_SECURE_CHANNEL(true) {
        @Override
        public Bench open() throws Exception {
            return new PcscBench("pcsc", "; channel = secure");
        }
    },
    /** Devices behind the daemon, reached by the JDK's own PC/SC. */
    SUN_PCSC(true) {
        @Override
        public Bench open() throws Exception {
            return new PcscBench("sunpcsc");
        }
    },
    /** The same with every command protected. */
    SUN_PCSC_SECURE_CHANNEL(true) {
        @Override
        public Bench open() throws Exception {
            return new PcscBench("sunpcsc", "; channel = secure");
        }
    },
    /** Devices behind the daemon, reached by OpenSC's module. */
    OPENSC(true) {
        @Override
        public Bench open() throws Exception {
            return OpenScBench.both();
        }
    },
    /** The source by OpenSC's module, the target by PC/SC. */
    OPENSC_TO_PCSC(true) {
        @Override
        public Bench open() throws Exception {
            return OpenScBench.sourceOnly();
        }
    },
    /** The source by PC/SC, the target by OpenSC's module. */
    PCSC_TO_OPENSC(true) {
        @Override
        public Bench open() throws Exception {
            return OpenScBench.targetOnly();
        }
    };

    private final boolean daemon;

    BenchKind(boolean daemon) {
        this.daemon = daemon;
    }

    /** Makes the devices. */
    public abstract Bench open() throws Exception;

    /** Whether its readers are those of the PC/SC daemon, which only one part of the checks has. */
    boolean needsDaemon() {
        return daemon;
    }

    /** How much data the longest command takes. */
    public int bytesInACommand() {
        return 1223;
    }
}
