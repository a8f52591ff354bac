// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

import java.util.Locale;

/**
 * What came with some firmware version (docs/protocol.md#devices-that-differ). Never asked before a command: other
 * firmware with the same application counts its versions differently. Only when a device refuses, and says that it is
 * older, this tells why.
 */
public enum Feature {
    /** Chip authentication and secure messaging. */
    SECURE_MESSAGING("secure messaging", 2, 0),
    /** The device tells its free memory. */
    FREE_MEMORY("telling the free memory", 2, 4),
    /** More than one key domain, and domains made after initialization. */
    KEY_DOMAINS("key domains", 3, 0),
    /** AES keys. */
    AES("AES keys", 3, 0),
    /** RSA keys of more than 2048 bits. */
    RSA_OVER_2048("RSA keys of more than 2048 bits", 3, 0),
    /** Key domains whose KEK is agreed between devices. */
    XKEK("XKEK key domains", 3, 4);

    private final String title;
    private final int major;
    private final int minor;

    Feature(String title, int major, int minor) {
        this.title = title;
        this.major = major;
        this.minor = minor;
    }

    /** The first firmware that has it, e.g. {@code 3.0}. */
    public String minFirmware() {
        return major + "." + minor;
    }

    /** Whether firmware of that version is too old for it. */
    public boolean isNewerThan(int firmwareMajor, int firmwareMinor) {
        return firmwareMajor < major || (firmwareMajor == major && firmwareMinor < minor);
    }

    /** What is told: {@code AES keys: needs firmware 3.0, this is 2.6}. */
    public String missing(int firmwareMajor, int firmwareMinor) {
        return String.format(
                Locale.ROOT,
                "%s: needs firmware %s, this is %d.%d",
                title,
                minFirmware(),
                firmwareMajor,
                firmwareMinor);
    }
}
