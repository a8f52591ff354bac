// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * From secrets as people type them to the bytes that devices and files take: UTF-8, which is what the common tools send,
 * and 16 hexadecimal digits for an SO-PIN. This is the only place where that is done, because an encoder that leaves out
 * or replaces a character changes the secret without a word: a shorter PIN may be another device's right one, an empty
 * one turns VERIFY into a question, and a new PIN with a replacement character in it can never be typed again.
 *
 * <p>Lengths are lengths in bytes, as the device counts them. All arrays are the caller's to wipe.
 */
public final class SecretBytes {
    /** The user PIN of a SmartCard-HSM (docs/protocol.md#device). */
    public static final Rule USER_PIN = new Rule("user PIN", 6, 16);

    /** An SO-PIN has so many bytes, and twice as many hexadecimal digits. */
    public static final int SO_PIN_LENGTH = 8;

    private static final int MOST_BYTES_PER_CHAR = 3;
    private static final char REPLACEMENT = '\uFFFD';
    private static final String SO_PIN = "SO-PIN";

    private SecretBytes() {}

    /**
     * How long a secret is.
     *
     * @param what  what people call it, e.g. {@code user PIN}
     * @param least the fewest bytes, at least 1: nothing is no secret
     * @param most  the most bytes
     */
    public record Rule(String what, int least, int most) implements Encoding {
        /** Refuses lengths that contradict each other. */
        public Rule {
            if (least < 1 || most < least) {
                throw new IllegalArgumentException("a " + what + " of " + least + " to " + most + " bytes");
            }
        }

        @Override
        public byte[] encode(char[] typed) throws InvalidRequestException {
            return of(typed, this);
        }

        boolean allows(int length) {
            return length >= least && length <= most;
        }

        /** The same sentence whatever is wrong with the length. */
        InvalidRequestException refusal() {
            return new InvalidRequestException(
                    Reason.UNUSABLE_SECRET,
                    "a " + what + " has " + (least == most ? "" : least + " to ") + most
                            + " characters (counted in bytes of UTF-8: letters with accents take two); this one was not used");
        }
    }

    /** From what is typed to bytes. */
    @FunctionalInterface
    public interface Encoding {
        /**
         * A secret's bytes.
         *
         * @param typed stays as it is
         * @throws InvalidRequestException if no such secret can be made of it
         */
        byte[] encode(char[] typed) throws InvalidRequestException;
    }

    /** What is done with two secrets. */
    @FunctionalInterface
    public interface Pair {
        /** Uses them; they are wiped afterwards. */
        void use(byte[] first, byte[] second) throws SchsmException;
    }

    /**
     * Uses the bytes of two secrets, such as a PIN and the one that takes its place, and wipes them.
     *
     * @throws InvalidRequestException if one of them is not what its encoding takes; then nothing was done
     * @throws SchsmException          what the use throws
     */
    public static void use(Encoding encoding, char[] typed, Encoding other, char[] typedNext, Pair pair)
            throws SchsmException {
        byte[] first = encoding.encode(typed);
        byte[] second = {};
        try {
            second = other.encode(typedNext);
            pair.use(first, second);
        } finally {
            Arrays.fill(first, (byte) 0);
            Arrays.fill(second, (byte) 0);
        }
    }

    /**
     * A secret's bytes.
     *
     * @param secret stays as it is
     * @throws InvalidRequestException if its length is wrong or a character was damaged
     */
    public static byte[] of(char[] secret, Rule rule) throws InvalidRequestException {
        ByteBuffer encoded = ByteBuffer.allocate(rule.most());
        try {
            if (!encode(secret, rule.what(), encoded) || !rule.allows(encoded.position())) {
                throw rule.refusal();
            }
            return Arrays.copyOf(encoded.array(), encoded.position());
        } finally {
            Arrays.fill(encoded.array(), (byte) 0);
        }
    }

    /**
     * A password's bytes, as many as there are.
     *
     * @param password stays as it is
     * @param what     what people call it, e.g. {@code password}
     * @throws InvalidRequestException if it is empty or a character was damaged
     */
    public static byte[] password(char[] password, String what) throws InvalidRequestException {
        if (password.length == 0) {
            throw new InvalidRequestException(Reason.UNUSABLE_SECRET, "a " + what + " has at least one character");
        }
        ByteBuffer encoded = ByteBuffer.allocate(Math.multiplyExact(password.length, MOST_BYTES_PER_CHAR));
        try {
            encode(password, what, encoded);
            return Arrays.copyOf(encoded.array(), encoded.position());
        } finally {
            Arrays.fill(encoded.array(), (byte) 0);
        }
    }

    /** Returns whether it fitted. */
    private static boolean encode(char[] secret, String what, ByteBuffer encoded) throws InvalidRequestException {
        for (char c : secret) {
            if (c == REPLACEMENT) {
                throw damaged(what);
            }
        }
        CoderResult result = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .encode(CharBuffer.wrap(secret), encoded, true);
        if (result.isError()) {
            throw damaged(what);
        }
        return !result.isOverflow();
    }

    private static InvalidRequestException damaged(String what) {
        return new InvalidRequestException(
                Reason.UNUSABLE_SECRET,
                "the " + what + " has an invalid character (U+FFFD, or half of a"
                        + " surrogate pair): it was damaged on its way here, mostly because the environment, the file or the"
                        + " terminal is in another encoding than UTF-8; it was not used");
    }

    /**
     * An SO-PIN (initialization code) in bytes.
     *
     * @param digits 16 hexadecimal digits, as people see it; stays as it is
     * @return 8 bytes
     * @throws InvalidRequestException if it is something else
     */
    public static byte[] soPin(char[] digits) throws InvalidRequestException {
        byte[] bytes = new byte[SO_PIN_LENGTH];
        boolean valid = digits.length == 2 * SO_PIN_LENGTH;
        for (int i = 0; valid && i < digits.length; i++) {
            valid = HexFormat.isHexDigit(digits[i]);
            if (valid) {
                bytes[i / 2] = (byte) (bytes[i / 2] << 4 | HexFormat.fromHexDigit(digits[i]));
            }
        }
        if (!valid) {
            Arrays.fill(bytes, (byte) 0);
            throw soPinRefusal();
        }
        return bytes;
    }

    private static InvalidRequestException soPinRefusal() {
        return new InvalidRequestException(
                Reason.UNUSABLE_SECRET,
                "an " + SO_PIN + " is " + 2 * SO_PIN_LENGTH + " hexadecimal digits; this one was not used");
    }

    /**
     * Checks bytes that a program made by itself.
     *
     * @throws InvalidRequestException if there are too few or too many
     */
    public static void require(byte[] secret, Rule rule) throws InvalidRequestException {
        if (!rule.allows(secret.length)) {
            throw rule.refusal();
        }
    }

    /**
     * Checks an SO-PIN that a program has in bytes.
     *
     * @throws InvalidRequestException if it has not 8 bytes
     */
    public static void requireSoPin(byte[] soPin) throws InvalidRequestException {
        if (soPin.length != SO_PIN_LENGTH) {
            throw soPinRefusal();
        }
    }
}
