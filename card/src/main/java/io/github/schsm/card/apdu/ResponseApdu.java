// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import io.github.schsm.MalformedDataException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A response APDU (ISO 7816-4).
 *
 * @param data the answer without its status word; may be empty
 * @param sw   status word, 0x0000 to 0xFFFF
 */
public record ResponseApdu(byte[] data, int sw) {
    private static final int MAX_LENGTH = 65_538;

    public ResponseApdu {
        if (sw < 0 || sw > 0xFFFF) {
            throw new IllegalArgumentException("status word " + sw + " has more than two bytes");
        }
        data = data.clone();
    }

    /**
     * What came over the wire.
     *
     * @throws MalformedDataException if it is shorter than a status word or longer than an answer can be
     */
    public static ResponseApdu parse(byte[] encoded) throws MalformedDataException {
        int length = encoded.length;
        if (length < 2 || length > MAX_LENGTH) {
            throw new MalformedDataException(
                    "response APDU", 0, length + " bytes; 2 to " + MAX_LENGTH + " are possible");
        }
        int sw = (encoded[length - 2] & 0xFF) << 8 | (encoded[length - 1] & 0xFF);
        return new ResponseApdu(Arrays.copyOf(encoded, length - 2), sw);
    }

    @Override
    public byte[] data() {
        return data.clone();
    }

    /** How many bytes came before the status word (Nr). */
    public int dataLength() {
        return data.length;
    }

    /** The answer as it goes over the wire. */
    public byte[] encode() {
        byte[] encoded = Arrays.copyOf(data, data.length + 2);
        encoded[data.length] = (byte) (sw >> 8);
        encoded[data.length + 1] = (byte) sw;
        return encoded;
    }

    /** Whether the status word is 9000. */
    public boolean isOk() {
        return sw == StatusWords.OK;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResponseApdu that && sw == that.sw && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * sw + Arrays.hashCode(data);
    }

    /** Data and status word in groups; callers that asked something secret print only {@link #sw()}. */
    @Override
    public String toString() {
        String status = HexFormat.of().withUpperCase().toHexDigits((short) sw);
        return data.length == 0 ? status : CommandApdu.shortened(data) + ' ' + status;
    }
}
