// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceException;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.FirmwareVersion;
import io.github.schsm.mechanism.Feature;
import java.util.Optional;

/**
 * Why a device refused a command that belongs to a feature: because its firmware is too old, if it says of itself that
 * it is. A device that has the feature all the same is never asked for its version.
 */
final class FirmwareRefusal {
    private FirmwareRefusal() {}

    /** The refusal, or what explains it. */
    static SchsmException explain(Feature feature, DeviceException refused, AppletInfo applet) {
        Optional<FirmwareVersion> version = applet.version();
        if (!mayMeanUnknown(refused.statusWord())
                || version.isEmpty()
                || !feature.isNewerThan(version.get().major(), version.get().minor())) {
            return refused;
        }
        return new UnsupportedByDeviceException(
                feature.missing(version.get().major(), version.get().minor()) + " (" + refused.getMessage() + ")",
                refused);
    }

    /** Whether a command, a parameter or data that is not known can be answered so. */
    private static boolean mayMeanUnknown(int sw) {
        return switch (sw) {
            case StatusWords.INSTRUCTION_NOT_SUPPORTED,
                    StatusWords.CLASS_NOT_SUPPORTED,
                    StatusWords.FUNCTION_NOT_SUPPORTED,
                    StatusWords.INCORRECT_P1P2,
                    StatusWords.WRONG_P1P2,
                    StatusWords.WRONG_LENGTH,
                    StatusWords.WRONG_DATA -> true;
            default -> false;
        };
    }
}
