// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A device's challenge to the holder of a registered key (docs/protocol.md#public-key-authentication), as it is handed
 * to that person, who answers with a {@link PublicKeyResponse}. As bytes a SEQUENCE of the words "SCHSM public key
 * challenge 1", the device's CHR, the challenge and the CHR of the registered key.
 *
 * @param device    the CHR of the device's certificate, 8 to 16 characters: whom the response lets use that device
 * @param challenge 8 bytes
 * @param key       the CHR under which the key is registered
 */
public record PublicKeyChallenge(String device, byte[] challenge, String key) {
    static final int CHALLENGE_LENGTH = 8;
    static final int SEQUENCE = 0x30;
    static final int UTF8_STRING = 0x0C;
    static final int PRINTABLE_STRING = 0x13;
    static final int OCTET_STRING = 0x04;

    private static final String MARK = "SCHSM public key challenge 1";
    private static final String WHAT = "public key challenge";
    private static final int MIN_CHR = 8;
    private static final int MAX_CHR = 16;

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if one is wrong
     */
    public PublicKeyChallenge {
        Objects.requireNonNull(key, "key");
        challenge = challenge.clone();
        if (!isDevice(device) || challenge.length != CHALLENGE_LENGTH) {
            throw new IllegalArgumentException("a CHR of " + device.length() + " characters and a challenge of "
                    + challenge.length + " bytes; 8 to 16 and 8 are expected");
        }
    }

    private static boolean isDevice(String chr) {
        return chr.length() >= MIN_CHR && chr.length() <= MAX_CHR;
    }

    @Override
    public byte[] challenge() {
        return challenge.clone();
    }

    /** What people call the device: its CHR without the five sequence characters. */
    public String deviceId() {
        return device.substring(0, device.length() - DeviceIdentity.SEQUENCE_DIGITS);
    }

    /** What the holder of the key signs: the device's CHR followed by the challenge. */
    public byte[] signedData() {
        byte[] chr = device.getBytes(StandardCharsets.US_ASCII);
        byte[] data = Arrays.copyOf(chr, chr.length + challenge.length);
        System.arraycopy(challenge, 0, data, chr.length, challenge.length);
        return data;
    }

    /** The bytes to hand over. */
    public byte[] encode() {
        return Tlv.of(SEQUENCE, parts(MARK)).encoded();
    }

    Tlv[] parts(String mark) {
        return new Tlv[] {
            Tlv.of(UTF8_STRING, mark.getBytes(StandardCharsets.UTF_8)),
            Tlv.of(PRINTABLE_STRING, device.getBytes(StandardCharsets.US_ASCII)),
            Tlv.of(OCTET_STRING, challenge),
            Tlv.of(PRINTABLE_STRING, key.getBytes(StandardCharsets.US_ASCII))
        };
    }

    /**
     * Reads what {@link #encode} gave.
     *
     * @throws MalformedDataException if it is no challenge
     */
    public static PublicKeyChallenge parse(byte[] encoded) throws MalformedDataException {
        return parse(WHAT, MARK, 4, Tlv.parse(encoded).expect(SEQUENCE).children());
    }

    /** The four parts that challenges and responses begin with. */
    static PublicKeyChallenge parse(String what, String mark, int count, List<Tlv> parts)
            throws MalformedDataException {
        if (parts.isEmpty()
                || parts.get(0).tag() != UTF8_STRING
                || !new String(parts.get(0).value(), StandardCharsets.UTF_8).equals(mark)) {
            throw new MalformedDataException(what, "it does not begin with the words \"" + mark + "\"");
        }
        if (parts.size() != count) {
            throw new MalformedDataException(what, parts.size() + " parts; " + count + " are expected");
        }
        String device = text(what, parts.get(1));
        byte[] challenge = parts.get(2).expect(OCTET_STRING).value();
        if (!isDevice(device) || challenge.length != CHALLENGE_LENGTH) {
            throw new MalformedDataException(
                    what,
                    "a device CHR of " + device.length() + " characters and a challenge of " + challenge.length
                            + " bytes; 8 to 16 and 8 are expected");
        }
        return new PublicKeyChallenge(device, challenge, text(what, parts.get(3)));
    }

    private static String text(String what, Tlv object) throws MalformedDataException {
        byte[] value = object.expect(PRINTABLE_STRING).value();
        if (value.length == 0 || value.length > 2 * MAX_CHR) {
            throw new MalformedDataException(what, "a holder reference of " + value.length + " characters");
        }
        for (byte character : value) {
            if (character <= ' ' || character > '~') {
                throw new MalformedDataException(what, "a holder reference has a character that is not printable");
            }
        }
        return new String(value, StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKeyChallenge that
                && device.equals(that.device)
                && Arrays.equals(challenge, that.challenge)
                && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return Objects.hash(device, Arrays.hashCode(challenge), key);
    }

    @Override
    public String toString() {
        return PrintableText.of("challenge of device " + deviceId() + " to the holder of key " + key);
    }
}
