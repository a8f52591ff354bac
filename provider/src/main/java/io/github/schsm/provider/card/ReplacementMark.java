// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * What follows the description in a data object's description file, where readers look no further: a number of the
 * object's own, and that of the object which it replaces. If both are there, the replacement was interrupted.
 *
 * @param number   of the object; the beginning of the file's hash where another program wrote it
 * @param isOwn    whether the number was written with it, so that no other object has it
 * @param replaced that of the replaced object
 */
record ReplacementMark(byte[] number, boolean isOwn, Optional<byte[]> replaced) {
    private static final byte[] MAGIC = "SCHSM1".getBytes(StandardCharsets.US_ASCII);
    private static final int NUMBER = 8;
    private static final int OCTET_STRING = 0x04;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Reads a description file. */
    static ReplacementMark of(byte[] file) {
        try {
            int end = Tlv.parseFirst(file).encodedLength();
            if (end < file.length) {
                byte[] value = Tlv.parseFirst(Arrays.copyOfRange(file, end, file.length))
                        .expect(OCTET_STRING)
                        .value();
                boolean ours = value.length >= MAGIC.length + NUMBER
                        && Arrays.equals(value, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
                if (ours) {
                    int second = MAGIC.length + NUMBER;
                    return new ReplacementMark(
                            Arrays.copyOfRange(value, MAGIC.length, second),
                            true,
                            value.length == second + NUMBER
                                    ? Optional.of(Arrays.copyOfRange(value, second, second + NUMBER))
                                    : Optional.empty());
                }
            }
        } catch (MalformedDataException somethingElse) {
            System.getLogger(ReplacementMark.class.getName())
                    .log(System.Logger.Level.DEBUG, "no mark behind a description", somethingElse);
        }
        return new ReplacementMark(hash(file), false, Optional.empty());
    }

    private static byte[] hash(byte[] file) {
        return Arrays.copyOf(HashAlgorithm.SHA256.digest(file), NUMBER);
    }

    /** A description with a mark behind it. */
    static byte[] behind(byte[] description, Optional<byte[]> replaced) {
        byte[] number = new byte[NUMBER];
        RANDOM.nextBytes(number);
        byte[] value = Arrays.copyOf(
                MAGIC, MAGIC.length + NUMBER + replaced.map(old -> old.length).orElse(0));
        System.arraycopy(number, 0, value, MAGIC.length, NUMBER);
        replaced.ifPresent(old -> System.arraycopy(old, 0, value, MAGIC.length + NUMBER, NUMBER));
        byte[] mark = Tlv.of(OCTET_STRING, value).encoded();
        byte[] file = Arrays.copyOf(description, description.length + mark.length);
        System.arraycopy(mark, 0, file, description.length, mark.length);
        return file;
    }
}
