// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.quirk;

/**
 * The version of a device's firmware, e.g. 3.4.
 *
 * @param major before the point, 0 to 255
 * @param minor behind the point, 0 to 255
 */
public record FirmwareVersion(int major, int minor) implements Comparable<FirmwareVersion> {
    /** Whether this is that version or a newer one. */
    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return compareTo(new FirmwareVersion(otherMajor, otherMinor)) >= 0;
    }

    @Override
    public int compareTo(FirmwareVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
