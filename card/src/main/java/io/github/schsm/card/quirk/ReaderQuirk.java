// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.quirk;

import java.util.List;
import java.util.Locale;

/**
 * What differs by the reader that a device is in (docs/protocol.md#device and docs/protocol.md#genuine-hardware): a
 * line for each kind of reader, found by its name.
 *
 * @param name        what its PC/SC name holds, all of it, in any case
 * @param extended    whether it passes commands of extended length
 * @param maxData     how many bytes of data it passes in one command, whatever it announces
 * @param losesWrites whether it has been seen to lose a part of long writes without saying so
 */
public record ReaderQuirk(List<String> name, boolean extended, int maxData, boolean losesWrites) {
    private static final int ANY_LENGTH = 65_535;
    private static final int SHORT = 255;

    /** A reader that nothing is known about. */
    public static final ReaderQuirk NONE = new ReaderQuirk(List.of(), true, ANY_LENGTH, false);

    private static final List<ReaderQuirk> ALL = List.of(
            // Announces 65,536 bytes.
            new ReaderQuirk(List.of("nitrokey nitrokey hsm"), true, 1000, true),
            // Passes 261 bytes at most.
            new ReaderQuirk(List.of("omnikey", "3121"), false, SHORT, false));

    /** What is known of the reader of that name. */
    public static ReaderQuirk of(String reader) {
        String name = reader.toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(quirk -> quirk.name.stream().allMatch(name::contains))
                .findFirst()
                .orElse(NONE);
    }
}
