// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Optional;

/** Object identifiers between DER, as PKCS#11 has them in attributes, and the dotted form that people write. */
public final class ObjectIdentifiers {
    private static final int TAG = 0x06;
    private static final int MOST_BYTES = 127;
    private static final int BITS = 7;
    private static final int LOW_BITS = 0x7F;
    private static final int MORE = 0x80;
    private static final int SECOND_ARCS = 40;

    private ObjectIdentifiers() {}

    /**
     * The whole DER object.
     *
     * @param dotted e.g. {@code 1.2.840.10045.3.1.7}, at most 127 bytes when encoded
     */
    public static byte[] encode(String dotted) {
        String[] parts = dotted.split("\\.", -1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        BigInteger first = BigInteger.valueOf(Long.parseLong(parts[0]) * SECOND_ARCS);
        put(content, first.add(new BigInteger(parts[1])));
        for (int i = 2; i < parts.length; i++) {
            put(content, new BigInteger(parts[i]));
        }
        byte[] bytes = content.toByteArray();
        if (bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException("the object identifier " + dotted + " is too long");
        }
        byte[] encoded = new byte[2 + bytes.length];
        encoded[0] = TAG;
        encoded[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, encoded, 2, bytes.length);
        return encoded;
    }

    private static void put(ByteArrayOutputStream content, BigInteger arc) {
        int groups = Math.max(1, (arc.bitLength() + BITS - 1) / BITS);
        for (int i = groups - 1; i >= 0; i--) {
            int group = arc.shiftRight(BITS * i).intValue() & LOW_BITS;
            content.write(i == 0 ? group : group | MORE);
        }
    }

    /** The dotted form; empty if the bytes are no such object. */
    static Optional<String> decode(byte[] der) {
        if (der.length < 3 || der[0] != TAG || der[1] != der.length - 2 || (der[der.length - 1] & MORE) != 0) {
            return Optional.empty();
        }
        StringBuilder dotted = new StringBuilder();
        BigInteger arc = BigInteger.ZERO;
        for (int i = 2; i < der.length; i++) {
            arc = arc.shiftLeft(BITS).or(BigInteger.valueOf(der[i] & LOW_BITS));
            if ((der[i] & MORE) != 0) {
                continue;
            }
            if (dotted.length() == 0) {
                long first =
                        Math.min(2, arc.divide(BigInteger.valueOf(SECOND_ARCS)).longValueExact());
                dotted.append(first);
                arc = arc.subtract(BigInteger.valueOf(first * SECOND_ARCS));
            }
            dotted.append('.').append(arc);
            arc = BigInteger.ZERO;
        }
        return Optional.of(dotted.toString());
    }
}
