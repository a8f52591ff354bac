// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.codec.SecretBytes;

/** From what people type to what the device takes. Every array is the caller's to wipe. */
public final class Pins {
    /** References of the PINs (docs/protocol.md#device). */
    public static final int USER = 0x81;

    static final int SO = 0x88;

    public static final int MIN_USER_PIN = SecretBytes.USER_PIN.least();
    public static final int MAX_USER_PIN = SecretBytes.USER_PIN.most();

    private Pins() {}

    /**
     * A user PIN in bytes (UTF-8).
     *
     * @throws InvalidRequestException if it has not 6 to 16 bytes, or a character was damaged
     */
    public static byte[] user(char[] pin) throws InvalidRequestException {
        return SecretBytes.of(pin, SecretBytes.USER_PIN);
    }

    /**
     * An SO-PIN (initialization code) in bytes.
     *
     * @param digits 16 hexadecimal digits, as people see it
     * @return 8 bytes
     * @throws InvalidRequestException if it is something else
     */
    public static byte[] so(char[] digits) throws InvalidRequestException {
        return SecretBytes.soPin(digits);
    }

    /** Checks the bytes of a PIN by its reference. */
    static void require(int reference, byte[] pin) throws InvalidRequestException {
        if (reference == SO) {
            SecretBytes.requireSoPin(pin);
        } else {
            SecretBytes.require(pin, SecretBytes.USER_PIN);
        }
    }
}
