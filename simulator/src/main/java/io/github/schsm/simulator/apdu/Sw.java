// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.apdu;

/** Status words of the device: their one home in this module (docs/protocol.md#status-words). */
public final class Sw {
    public static final int OK = 0x9000;
    public static final int END_OF_FILE = 0x6282;
    /** Low digit: tries left. */
    public static final int WRONG_PIN = 0x63C0;

    public static final int EXECUTION_ERROR = 0x6400;
    public static final int MEMORY_FAILURE = 0x6581;
    public static final int WRONG_LENGTH = 0x6700;
    public static final int NOT_AUTHENTICATED = 0x6982;
    public static final int PIN_BLOCKED = 0x6983;
    /** Use counter used up; transport PIN. */
    public static final int REFERENCE_DATA_UNUSABLE = 0x6984;

    public static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    public static final int COMMAND_NOT_ALLOWED = 0x6986;
    public static final int SM_OBJECT_MISSING = 0x6987;
    public static final int SM_OBJECT_WRONG = 0x6988;
    public static final int WRONG_DATA = 0x6A80;
    /** Also: algorithm not in the key's list. */
    public static final int NOT_SUPPORTED = 0x6A81;

    public static final int NOT_FOUND = 0x6A82;
    public static final int OUT_OF_MEMORY = 0x6A84;
    public static final int WRONG_P1_P2 = 0x6A86;
    public static final int REFERENCE_NOT_FOUND = 0x6A88;
    public static final int ALREADY_EXISTS = 0x6A89;
    public static final int WRONG_OFFSET = 0x6B00;
    public static final int UNKNOWN_INSTRUCTION = 0x6D00;
    public static final int UNKNOWN_CLASS = 0x6E00;
    public static final int NO_DIAGNOSIS = 0x6F00;

    private Sw() {}
}
