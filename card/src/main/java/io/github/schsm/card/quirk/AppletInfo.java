// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.quirk;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the applet says about itself when it is selected (tag 85, docs/protocol.md#device). Every part may be
 * missing: old firmware gives the version alone, some nothing.
 *
 * @param options  the options given at initialization, 2 bytes as a number
 * @param platform the platform type
 * @param version  the firmware version
 */
public record AppletInfo(OptionalInt options, OptionalInt platform, Optional<FirmwareVersion> version) {
    private static final int FCI = 0x6F;
    private static final int FCP = 0x62;
    private static final int PROPRIETARY = 0x85;
    /** What is known before the applet was selected, and of firmware that tells nothing. */
    public static final AppletInfo NOTHING = new AppletInfo(OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

    /**
     * Reads the answer to SELECT.
     *
     * @param answer the answer to SELECT: FCI, FCP, or nothing
     * @throws MalformedDataException if it is neither
     */
    public static AppletInfo parse(byte[] answer) throws MalformedDataException {
        if (answer.length == 0) {
            return NOTHING;
        }
        Tlv template = Tlv.parseFirst(answer);
        if (template.tag() != FCI && template.tag() != FCP) {
            throw new MalformedDataException("answer to SELECT", 0, "neither FCI (6F) nor FCP (62)");
        }
        Optional<Tlv> proprietary = template.find(PROPRIETARY);
        if (proprietary.isEmpty()) {
            return NOTHING;
        }
        byte[] value = proprietary.get().value();
        int length = value.length;
        return new AppletInfo(
                length >= 4 ? OptionalInt.of((value[0] & 0xFF) << 8 | (value[1] & 0xFF)) : OptionalInt.empty(),
                length >= 5 ? OptionalInt.of(value[length - 3] & 0xFF) : OptionalInt.empty(),
                length >= 2
                        ? Optional.of(new FirmwareVersion(value[length - 2] & 0xFF, value[length - 1] & 0xFF))
                        : Optional.empty());
    }
}
