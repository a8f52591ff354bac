// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.codec.HashAlgorithm;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * By which a password is known again without being kept: a hash under a salt of its own. Not an HMAC: with the first engine
 * of {@code javax.crypto} a JVM looks at its policies, which a program's start shows.
 */
final class PasswordMark {
    private static final int SALT_LENGTH = 32;

    private final byte[] salt;
    private final byte[] mark;

    private PasswordMark(byte[] salt, byte[] mark) {
        this.salt = salt;
        this.mark = mark;
    }

    static PasswordMark of(char[] password) {
        byte[] salt = new byte[SALT_LENGTH];
        new SecureRandom().nextBytes(salt);
        return new PasswordMark(salt, mark(salt, password));
    }

    boolean isOf(char[] password) {
        return MessageDigest.isEqual(mark, mark(salt, password));
    }

    /** Over the characters as they are, in any encoding. */
    private static byte[] mark(byte[] salt, char[] password) {
        ByteBuffer bytes = ByteBuffer.allocate(salt.length + Character.BYTES * password.length);
        bytes.put(salt).asCharBuffer().put(CharBuffer.wrap(password));
        try {
            return HashAlgorithm.SHA256.digest(bytes.array());
        } finally {
            Arrays.fill(bytes.array(), (byte) 0);
        }
    }
}
