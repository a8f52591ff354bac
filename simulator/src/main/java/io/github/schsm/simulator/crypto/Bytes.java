// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import java.io.ByteArrayOutputStream;

/** Byte strings. */
public final class Bytes {
    private Bytes() {}

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] of(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return array;
    }

    public static byte[] uint16(int value) {
        return of(value >> 8, value);
    }

    public static byte[] uint32(long value) {
        return of((int) (value >> 24), (int) (value >> 16), (int) (value >> 8), (int) value);
    }

    /** A big-endian unsigned number of at most eight bytes. */
    public static long unsigned(byte[] bytes) {
        long value = 0;
        for (byte next : bytes) {
            value = value << 8 | (next & 0xFF);
        }
        return value;
    }

    /** Whether {@code bytes} begins with {@code prefix}. */
    public static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && java.util.Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
