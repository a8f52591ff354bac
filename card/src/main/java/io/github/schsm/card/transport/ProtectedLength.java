// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.card.apdu.CommandApdu;

/**
 * How long commands and answers get under secure messaging: with the longer blocks of its two protocols, which is enough
 * for both.
 */
public final class ProtectedLength {
    private static final int BLOCK = 16;
    /** {@code 8E 08} and the MAC. */
    private static final int MAC_OBJECT = 10;
    /** {@code 99 02} and the status word. */
    private static final int STATUS_OBJECT = 4;
    /** {@code 97 02} and Le. */
    private static final int LE_OBJECT = 4;

    private ProtectedLength() {}

    /** How many bytes of data a command may have whose protected data may have so many. */
    public static int dataWithin(int protectedData, boolean withLe) {
        return contentWithin(protectedData - MAC_OBJECT - (withLe ? LE_OBJECT : 0));
    }

    /** How many bytes an answer may have whose protected form, without the outer status word, may have so many. */
    public static int answerWithin(int protectedAnswer) {
        return contentWithin(protectedAnswer - MAC_OBJECT - STATUS_OBJECT);
    }

    /** How many bytes of data the protected form of a command has. */
    public static int of(CommandApdu command) {
        int padded = (command.dataLength() / BLOCK + 1) * BLOCK;
        int data = command.dataLength() == 0 ? 0 : objectHeader(1 + padded) + 1 + padded;
        return data + (command.ne() == CommandApdu.NO_LE ? 0 : LE_OBJECT) + MAC_OBJECT;
    }

    private static int contentWithin(int object) {
        int blocks = (object - 2 - 1) / BLOCK;
        while (blocks > 0 && objectHeader(1 + blocks * BLOCK) + 1 + blocks * BLOCK > object) {
            blocks--;
        }
        return Math.max(0, blocks * BLOCK - 1);
    }

    /** Bytes of tag and length. */
    private static int objectHeader(int length) {
        if (length < 0x80) {
            return 2;
        }
        return length <= 0xFF ? 3 : 4;
    }
}
