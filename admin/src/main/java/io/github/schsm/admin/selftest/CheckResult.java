// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import org.jspecify.annotations.Nullable;

/**
 * What came out of one check.
 *
 * @param id        its name, e.g. {@code files.read-past-end}
 * @param section   the section of docs/protocol.md, as its anchor, e.g. {@code status-words}
 * @param statement what that section says, in its words
 * @param certainty how certain the section is of it
 * @param outcome   what came out
 * @param reason    why it was not tried, or where docs/protocol.md tells of devices that answer as this one; null if
 *                  there is nothing to tell
 * @param evidence  command, expected and seen answer; null unless it was contradicted
 */
public record CheckResult(
        String id,
        String section,
        String statement,
        Certainty certainty,
        Outcome outcome,
        @Nullable String reason,
        @Nullable Evidence evidence) {
    /** How certain docs/protocol.md is. */
    public enum Certainty {
        /** It is stated in public sources. */
        STATED,
        /** It was verified against real bytes or a running implementation. */
        CHECKED,
        /** It is not published: no host may depend on it. */
        ASSUMED,
        /** Sources differ. */
        OPEN
    }

    /** What can come out. */
    public enum Outcome {
        /** The device does what is written. */
        CONFIRMED,
        /** The device does something else. */
        CONTRADICTED,
        /** The device was not asked. */
        NOT_TRIED
    }

    /**
     * What contradicts. Bytes are in upper-case hexadecimal digits, the status word last; PINs, keys and wrapped keys read
     * {@code ***}.
     *
     * @param command  what was sent: class, instruction, parameters, data, Le
     * @param expected what should have come
     * @param seen     what came
     */
    public record Evidence(String command, String expected, String seen) {}
}
