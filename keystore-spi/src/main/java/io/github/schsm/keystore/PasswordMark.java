// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** By which a password is known again without being kept: an HMAC under a key of its own. */
final class PasswordMark {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_LENGTH = 32;

    private final byte[] key;
    private final byte[] mark;

    private PasswordMark(byte[] key, byte[] mark) {
        this.key = key;
        this.mark = mark;
    }

    static PasswordMark of(char[] password) {
        byte[] key = new byte[KEY_LENGTH];
        new SecureRandom().nextBytes(key);
        return new PasswordMark(key, mark(key, password));
    }

    boolean isOf(char[] password) {
        return MessageDigest.isEqual(mark, mark(key, password));
    }

    /** Over the characters as they are, in any encoding. */
    private static byte[] mark(byte[] key, char[] password) {
        ByteBuffer bytes = ByteBuffer.allocate(Character.BYTES * password.length);
        bytes.asCharBuffer().put(CharBuffer.wrap(password));
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(bytes.array());
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        } finally {
            Arrays.fill(bytes.array(), (byte) 0);
        }
    }
}
