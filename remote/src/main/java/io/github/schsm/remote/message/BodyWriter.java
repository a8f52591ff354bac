// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Writes the objects of a body, one after the other; what it held is wiped as it goes. */
final class BodyWriter {
    private static final int MOST_BYTES = 0xFFFF;

    /** Wipes what it gives up. */
    private static final class Wiped extends ByteArrayOutputStream {
        byte[] take() {
            byte[] all = toByteArray();
            Arrays.fill(buf, (byte) 0);
            reset();
            return all;
        }
    }

    private final Wiped out = new Wiped();

    /**
     * Writes an object.
     *
     * @throws IllegalArgumentException if its length does not fit into three bytes
     */
    BodyWriter write(int tag, byte[] value) {
        if (value.length > MOST_BYTES) {
            throw new IllegalArgumentException(value.length + " bytes; an object has at most " + MOST_BYTES);
        }
        out.write(tag);
        if (value.length > 0xFF) {
            out.write(0x82);
            out.write(value.length >> 8);
        } else if (value.length > 0x7F) {
            out.write(0x81);
        }
        out.write(value.length);
        out.writeBytes(value);
        return this;
    }

    /** Writes an object around what another writer has written, which is empty then. */
    BodyWriter write(int tag, BodyWriter content) {
        byte[] inside = content.bytes();
        write(tag, inside);
        Arrays.fill(inside, (byte) 0);
        return this;
    }

    /** Writes a signed number in as few bytes as it takes. */
    BodyWriter write(int tag, int number) {
        int length = 1;
        while (number >> (8 * length - 1) != 0 && number >> (8 * length - 1) != -1) {
            length++;
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (number >> (8 * (length - 1 - i)));
        }
        return write(tag, bytes);
    }

    /** What was written; the caller's to wipe. */
    byte[] bytes() {
        return out.take();
    }
}
