// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import io.github.schsm.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one custodian of a DKEK share file's password keeps (docs/protocol.md#dkek-shares): a point of the polynomial
 * whose value at zero is the password. Custodians note what {@code sc-hsm-tool} shows them, so this reads and writes
 * the very lines it prints:
 *
 * <pre>
 * Prime       : f0:c1:ce:45:99:aa:03:87
 * Share ID    : 1
 * Share value : 95:9d:fa:c6:30:33:e9:b9
 * </pre>
 */
public final class DkekPasswordShare {
    /** Identifiers are 1 to this. */
    public static final int MAX_ID = 255;

    static final int PRIME_BITS = 64;

    private static final String WHAT = "password share";
    private static final String PRIME = "prime";
    private static final String ID = "share id";
    private static final String VALUE = "share value";
    private static final int LABEL_WIDTH = 12;
    private static final int MOST_BYTES = 16;
    private static final int CERTAINTY = 64;
    private static final int MAX_ID_DIGITS = 3;
    private static final int DECIMAL = 10;
    private static final int HEXADECIMAL = 16;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private final BigInteger prime;
    private final int id;
    private final BigInteger value;

    DkekPasswordShare(BigInteger prime, int id, BigInteger value) {
        this.prime = prime;
        this.id = id;
        this.value = value;
    }

    /**
     * A share as a custodian types it.
     *
     * @param prime hexadecimal, with or without colons and blanks; the caller's to wipe, like the others
     * @param id    1 to {@link #MAX_ID}, in decimal as it was printed; with a letter in it, hexadecimal, as
     *              {@code sc-hsm-tool} has to be told ten and more
     * @param value hexadecimal, less than the prime
     * @throws MalformedDataException if that cannot be a share; most typing errors in the prime are found here
     */
    public static DkekPasswordShare of(char[] prime, char[] id, char[] value) throws MalformedDataException {
        BigInteger modulus = number(PRIME, prime);
        if (modulus.bitLength() != PRIME_BITS || !isSafePrime(modulus)) {
            throw new MalformedDataException(
                    WHAT, "its prime is not a safe prime of 64 bits: at least one digit of it is wrong or missing");
        }
        int point = id(id);
        BigInteger checked = number(VALUE, value);
        if (checked.compareTo(modulus) >= 0) {
            throw new MalformedDataException(WHAT, "the value of share " + point + " is not less than its prime");
        }
        return new DkekPasswordShare(modulus, point, checked);
    }

    /**
     * The shares in a text: lines as above, in that order, for each share; everything else in it is passed over, so
     * what a terminal recorded will do.
     *
     * @param text the caller's to wipe
     * @return at least one
     * @throws MalformedDataException if there is none, one is incomplete, or one cannot be a share
     */
    public static List<DkekPasswordShare> parse(char[] text) throws MalformedDataException {
        List<DkekPasswordShare> shares = new ArrayList<>();
        char[] prime = null;
        char[] id = null;
        try {
            int end;
            for (int start = 0; start < text.length; start = end + 1) {
                end = start;
                while (end < text.length && text[end] != '\n' && text[end] != '\r') {
                    end++;
                }
                int colon = start;
                while (colon < end && text[colon] != ':') {
                    colon++;
                }
                // A line without a colon may be anything, a value too: it must not become a String.
                String label = colon == end || colon - start > 2 * LABEL_WIDTH
                        ? ""
                        : new String(text, start, colon - start).strip().toLowerCase(Locale.ROOT);
                if (PRIME.equals(label)) {
                    prime = replace(prime, Arrays.copyOfRange(text, colon + 1, end));
                } else if (ID.equals(label)) {
                    id = replace(id, Arrays.copyOfRange(text, colon + 1, end));
                } else if (VALUE.equals(label)) {
                    if (prime == null || id == null) {
                        throw new MalformedDataException(
                                WHAT, "before \"Share value\" stand \"Prime\" and \"Share ID\"; one is missing");
                    }
                    char[] value = Arrays.copyOfRange(text, colon + 1, end);
                    try {
                        shares.add(of(prime, id, value));
                    } finally {
                        Arrays.fill(value, '\0');
                    }
                    id = replace(id, null);
                }
            }
            if (id != null) {
                throw new MalformedDataException(WHAT, "after the last \"Share ID\" there is no \"Share value\"");
            }
        } finally {
            replace(prime, null);
            replace(id, null);
        }
        if (shares.isEmpty()) {
            throw new MalformedDataException(
                    WHAT, "there are no lines \"Prime : ..\", \"Share ID : ..\" and \"Share value : ..\" in it");
        }
        return shares;
    }

    /**
     * The three lines, in ASCII.
     *
     * @return the caller's to wipe
     */
    public byte[] encode() {
        Wiped text = new Wiped();
        line(text, "Prime", hex(prime));
        line(text, "Share ID", Integer.toString(id).getBytes(StandardCharsets.US_ASCII));
        line(text, "Share value", hex(value));
        byte[] lines = text.toByteArray();
        text.wipe();
        return lines;
    }

    private static final class Wiped extends ByteArrayOutputStream {
        Wiped() {
            super(4 * HEXADECIMAL * LABEL_WIDTH);
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }

    private static void line(Wiped text, String label, byte[] content) {
        text.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(" ".repeat(LABEL_WIDTH - label.length()).getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(new byte[] {':', ' '});
        text.writeBytes(content);
        text.write('\n');
        Arrays.fill(content, (byte) 0);
    }

    /** All eight bytes: the common tools take leading zeros. */
    private static byte[] hex(BigInteger number) {
        byte[] bytes = DkekSharePassword.bytes(number);
        byte[] digits = new byte[bytes.length * 3 - 1];
        for (int i = 0; i < bytes.length; i++) {
            if (i > 0) {
                digits[3 * i - 1] = ':';
            }
            digits[3 * i] = (byte) COLONS.toHighHexDigit(bytes[i]);
            digits[3 * i + 1] = (byte) COLONS.toLowHexDigit(bytes[i]);
        }
        Arrays.fill(bytes, (byte) 0);
        return digits;
    }

    private static BigInteger number(String name, char[] text) throws MalformedDataException {
        byte[] bytes = new byte[MOST_BYTES];
        try {
            int digits = 0;
            for (char c : text) {
                if (c == ':' || Character.isWhitespace(c)) {
                    continue;
                }
                int digit = HexFormat.isHexDigit(c) ? HexFormat.fromHexDigit(c) : -1;
                if (digit < 0 || digits == 2 * MOST_BYTES) {
                    throw new MalformedDataException(
                            WHAT,
                            "its " + name
                                    + (digit < 0 ? " has something else than hexadecimal digits" : " is too long"));
                }
                bytes[digits / 2] = (byte) (bytes[digits / 2] << 4 | digit);
                digits++;
            }
            if (digits == 0 || digits % 2 != 0) {
                throw new MalformedDataException(
                        WHAT, "its " + name + " has " + digits + " digits: two for each byte are expected");
            }
            return new BigInteger(1, bytes, 0, digits / 2);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static int id(char[] text) throws MalformedDataException {
        int decimal = 0;
        int hexadecimal = 0;
        int digits = 0;
        boolean letters = false;
        for (char c : text) {
            if (Character.isWhitespace(c)) {
                continue;
            }
            int digit = HexFormat.isHexDigit(c) ? HexFormat.fromHexDigit(c) : -1;
            digits++;
            if (digit < 0 || digits > MAX_ID_DIGITS) {
                throw new MalformedDataException(WHAT, "its id is no number from 1 to " + MAX_ID);
            }
            letters |= digit >= DECIMAL;
            decimal = DECIMAL * decimal + digit;
            hexadecimal = HEXADECIMAL * hexadecimal + digit;
        }
        int id = letters ? hexadecimal : decimal;
        if (id < 1 || id > MAX_ID) {
            throw new MalformedDataException(WHAT, "its id is no number from 1 to " + MAX_ID);
        }
        return id;
    }

    static boolean isSafePrime(BigInteger number) {
        return number.isProbablePrime(CERTAINTY) && number.shiftRight(1).isProbablePrime(CERTAINTY);
    }

    private static char @Nullable [] replace(char @Nullable [] old, char @Nullable [] by) {
        if (old != null) {
            Arrays.fill(old, '\0');
        }
        return by;
    }

    /** Number of the share, from 1. */
    public int id() {
        return id;
    }

    /** Whether it is the same point of the same polynomial. */
    public boolean isSame(DkekPasswordShare other) {
        return id == other.id && prime.equals(other.prime) && value.equals(other.value);
    }

    BigInteger prime() {
        return prime;
    }

    BigInteger value() {
        return value;
    }

    /** Only the number. */
    @Override
    public String toString() {
        return WHAT + " " + id;
    }
}
