// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.MalformedDataException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * An ECDSA signature. The device gives DER, some firmware with superfluous leading zeros that strict parsers refuse;
 * here is the one place that takes it as it comes and gives both forms as they should be.
 *
 * @param r first number, positive
 * @param s second number, positive
 */
public record EcdsaSignature(BigInteger r, BigInteger s) {
    private static final String WHAT = "ECDSA signature";
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    /** No curve of the device has an order longer than this, some leading zeros included. */
    private static final int MAX_NUMBER = 80;

    /**
     * What the device gave.
     *
     * @param der SEQUENCE of two INTEGERs, read as unsigned numbers with any leading zeros
     * @throws MalformedDataException if it is something else
     */
    public static EcdsaSignature parse(byte[] der) throws MalformedDataException {
        List<Tlv> numbers = Tlv.parse(der).expect(SEQUENCE).children();
        if (numbers.size() != 2) {
            throw new MalformedDataException(WHAT, numbers.size() + " parts; r and s are expected");
        }
        return new EcdsaSignature(number(numbers.get(0)), number(numbers.get(1)));
    }

    /** The leftmost bytes of a hash, as many as the order has: all that ECDSA uses of it, and all a device takes. */
    public static byte[] truncate(byte[] hash, int orderLength) {
        return hash.length > orderLength ? Arrays.copyOf(hash, orderLength) : hash.clone();
    }

    private static BigInteger number(Tlv integer) throws MalformedDataException {
        byte[] value = integer.expect(INTEGER).value();
        if (value.length == 0 || value.length > MAX_NUMBER) {
            throw new MalformedDataException(WHAT, "a number of " + value.length + " bytes");
        }
        BigInteger number = new BigInteger(1, value);
        if (number.signum() == 0) {
            throw new MalformedDataException(WHAT, "a number is zero");
        }
        return number;
    }

    /** SEQUENCE of two INTEGERs, strict DER. */
    public byte[] der() {
        return Tlv.of(SEQUENCE, Tlv.of(INTEGER, r.toByteArray()), Tlv.of(INTEGER, s.toByteArray()))
                .encoded();
    }

    /**
     * {@code r || s}.
     *
     * @param orderLength how many bytes each gets: the length of the curve's order
     * @throws MalformedDataException if a number is longer than that
     */
    public byte[] plain(int orderLength) throws MalformedDataException {
        byte[] plain = new byte[2 * orderLength];
        put(r, plain, 0, orderLength);
        put(s, plain, orderLength, orderLength);
        return plain;
    }

    private static void put(BigInteger number, byte[] target, int offset, int length) throws MalformedDataException {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        int used = bytes.length - from;
        if (used > length) {
            throw new MalformedDataException(WHAT, "a number of " + used + " bytes; the curve's order has " + length);
        }
        System.arraycopy(bytes, from, target, offset + length - used, used);
    }
}
