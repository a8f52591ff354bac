// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

/** The tags of RAMOverHTTP, each of one byte. */
final class Tag {
    /** A message's number. */
    static final int NUMBER = 0x02;
    /** Text in UTF-8. */
    static final int TEXT = 0x0C;
    /** A command APDU. */
    static final int COMMAND = 0x22;
    /** A response APDU. */
    static final int RESPONSE = 0x23;
    /** How many command APDUs were processed. */
    static final int PROCESSED = 0x80;
    /** What the server wants. */
    static final int REQUESTS = 0xAA;
    /** What came of it. */
    static final int ANSWERS = 0xAB;
    /** From the server, empty: reset the card. From the client: its answer to reset. */
    static final int RESET = 0xC0;
    /** Something to tell the person at the client. */
    static final int NOTIFICATION = 0xE0;
    /** The client leaves. */
    static final int LEAVING = 0xE1;
    /** The client's first word. */
    static final int INITIATION = 0xE8;

    private Tag() {}
}
