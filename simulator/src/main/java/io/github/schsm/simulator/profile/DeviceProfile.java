// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.profile;

import java.util.EnumSet;
import java.util.Set;

/**
 * What kind of device is simulated. The reference is a SmartCard-HSM 4K, firmware 3.5 on JCOP 3.
 *
 * @param commandLimit   longest command APDU in bytes, header and lengths included
 * @param extendedLength false for a reader that passes short APDUs only
 * @param memory         bytes for keys and files on an empty device
 * @param major          firmware version; below 3 there are neither key domain slots nor AES nor long RSA keys
 * @param minor          firmware version
 * @param quirks         how it differs otherwise
 */
public record DeviceProfile(
        int commandLimit, boolean extendedLength, int memory, int major, int minor, Set<Quirk> quirks) {

    private static final int SHORT_APDU = 261;
    private static final int LONGEST_RSA_BEFORE_VERSION_3 = 2048;
    private static final int PLATFORM_JCOP_2_4_2 = 2;
    private static final int PLATFORM_JCOP_3 = 5;
    private static final int PLATFORM_JCOP_4 = 6;

    /** Copies the set. */
    public DeviceProfile {
        if (commandLimit < SHORT_APDU) {
            throw new IllegalArgumentException(
                    "a device takes commands of at least " + SHORT_APDU + " bytes, not " + commandLimit);
        }
        if (memory < 0) {
            throw new IllegalArgumentException("memory cannot be negative: " + memory);
        }
        quirks = Set.copyOf(quirks);
    }

    /** SmartCard-HSM 4K, firmware 3.5 on JCOP 3: command APDUs of up to 1232 bytes. */
    public static DeviceProfile smartCardHsm4k() {
        return new DeviceProfile(1232, true, 85_896, 3, 5, Set.of());
    }

    /**
     * An old device: SmartCard-HSM, firmware 2.6 on JCOP 2.4.2. No key domain slots, no secret keys, RSA up to 2048 bits,
     * chip authentication with 3DES, command APDUs of up to 1454 bytes.
     */
    public static DeviceProfile smartCardHsm26() {
        return new DeviceProfile(1454, true, 68_000, 2, 6, Set.of());
    }

    /** The same with another limit on command APDUs. */
    public DeviceProfile withCommandLimit(int bytes) {
        return new DeviceProfile(bytes, extendedLength, memory, major, minor, quirks);
    }

    /** The same behind a reader without extended length. */
    public DeviceProfile withShortApdusOnly() {
        return new DeviceProfile(SHORT_APDU, false, memory, major, minor, quirks);
    }

    /** The same with another amount of memory. */
    public DeviceProfile withMemory(int bytes) {
        return new DeviceProfile(commandLimit, extendedLength, bytes, major, minor, quirks);
    }

    /** The same with another firmware version. */
    public DeviceProfile withFirmware(int newMajor, int newMinor) {
        return new DeviceProfile(commandLimit, extendedLength, memory, newMajor, newMinor, quirks);
    }

    /** The same with more quirks. */
    public DeviceProfile with(Quirk... more) {
        EnumSet<Quirk> all = EnumSet.noneOf(Quirk.class);
        all.addAll(quirks);
        all.addAll(Set.of(more));
        return new DeviceProfile(commandLimit, extendedLength, memory, major, minor, all);
    }

    /** Whether it differs from the reference so. */
    public boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }

    /** The platform in the version information: what the firmware runs on. */
    public int platform() {
        if (isBeforeVersion3()) {
            return PLATFORM_JCOP_2_4_2;
        }
        return major >= 4 ? PLATFORM_JCOP_4 : PLATFORM_JCOP_3;
    }

    /** Firmware 1.x says its version and nothing else of itself, and describes files by tag 80. */
    public boolean isVersion1() {
        return major < 2;
    }

    /** Firmware 3.1 cannot take a key with an algorithm list out of its blob. */
    public boolean unwrapsKeysWithList() {
        return major != 3 || minor != 1;
    }

    /** Authority references in requests were mandatory before version 2. */
    public boolean requiresAuthorityReference() {
        return major < 2;
    }

    /** INITIALIZE DEVICE without data tells memory and version from 2.4 on. */
    public boolean tellsMemory() {
        return major > 2 || (major == 2 && minor >= 4);
    }

    /** Secure messaging with 3DES came with version 2, with AES in version 3. */
    public boolean hasSecureMessaging() {
        return major >= 2;
    }

    /** RSA keys of more than 2048 bits came with version 3. */
    public boolean knowsRsa(int bits) {
        return bits <= LONGEST_RSA_BEFORE_VERSION_3 || !isBeforeVersion3();
    }

    /** Key domain slots, symmetric keys and RSA keys of more than 2048 bits came with firmware 3. */
    public boolean isBeforeVersion3() {
        return major < 3;
    }
}
