// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Exit statuses, the same for every command. */
public final class Status {
    /** What was asked for is done. */
    public static final int DONE = 0;
    /** Refused or failed, or the answer of a check is "no". */
    public static final int FAILED = 1;
    /** The command line is wrong; no device was looked at. */
    public static final int USAGE = 2;
    /** All that is possible is done, and the answer says what is not possible or not known, and why. */
    public static final int INCOMPLETE = 3;

    private static final Map<Integer, String> MEANINGS = new TreeMap<>(Map.of(
            DONE, "done",
            FAILED, "refused or failed, or the answer of a check is \"no\"",
            USAGE, "wrong command line",
            INCOMPLETE, "done but for what is not possible or not known"));

    private Status() {}

    /** What each means, in a few words and in their order. */
    public static Map<Integer, String> meanings() {
        return Collections.unmodifiableMap(MEANINGS);
    }

    /** The same in one line, for the end of a help. */
    public static String line() {
        return "Exit status: "
                + String.join(
                        "; ",
                        MEANINGS.entrySet().stream()
                                .map(each -> each.getKey() + " " + each.getValue())
                                .toList())
                + ".";
    }
}
