// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

/** Exit statuses. */
public final class Status {
    /** What was asked for is done. */
    public static final int DONE = 0;
    /** Refused or failed. */
    public static final int FAILED = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** All that is possible is done, and the answer says what is not possible and why. */
    public static final int INCOMPLETE = 3;

    private Status() {}
}
