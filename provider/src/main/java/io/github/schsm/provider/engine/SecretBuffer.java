// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import java.util.Arrays;

/** Bytes that are collected for a device and may be secret: what is removed, outgrown or dropped is overwritten. */
final class SecretBuffer {
    private static final int INITIAL = 64;

    private byte[] bytes = new byte[INITIAL];
    private int size;

    int size() {
        return size;
    }

    void write(byte[] source, int offset, int length) {
        if (length > bytes.length - size) {
            int wanted = Math.addExact(size, length);
            byte[] larger = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(wanted, 2L * size)));
            Arrays.fill(bytes, (byte) 0);
            bytes = larger;
        }
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    void write(byte one) {
        write(new byte[] {one}, 0, 1);
    }

    /** A copy of everything, the caller's to wipe. */
    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** Takes bytes out from the front; the caller's to wipe. */
    byte[] take(int length) {
        byte[] taken = Arrays.copyOf(bytes, length);
        System.arraycopy(bytes, length, bytes, 0, size - length);
        Arrays.fill(bytes, size - length, size, (byte) 0);
        size -= length;
        return taken;
    }

    void clear() {
        Arrays.fill(bytes, 0, size, (byte) 0);
        size = 0;
        if (bytes.length > INITIAL) {
            bytes = new byte[INITIAL];
        }
    }
}
