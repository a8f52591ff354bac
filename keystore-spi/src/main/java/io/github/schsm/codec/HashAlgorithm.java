// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The hash functions of signatures and RSA paddings: the one list of them. What is not here does not exist for any engine.
 */
public enum HashAlgorithm {
    /** SHA-1. */
    SHA1("SHA-1", 20, "2B0E03021A", 1),
    /** SHA-224. */
    SHA224("SHA-224", 28, "608648016503040204", 2),
    /** SHA-256. */
    SHA256("SHA-256", 32, "608648016503040201", 3),
    /** SHA-384. */
    SHA384("SHA-384", 48, "608648016503040202", 4),
    /** SHA-512. */
    SHA512("SHA-512", 64, "608648016503040203", 5),
    /** SHA-512 cut to 224 bits. */
    SHA512_224("SHA-512/224", 28, "608648016503040205", 0),
    /** SHA-512 cut to 256 bits. */
    SHA512_256("SHA-512/256", 32, "608648016503040206", 0),
    /** SHA3-224. */
    SHA3_224("SHA3-224", 28, "608648016503040207", 0),
    /** SHA3-256. */
    SHA3_256("SHA3-256", 32, "608648016503040208", 0),
    /** SHA3-384. */
    SHA3_384("SHA3-384", 48, "608648016503040209", 0),
    /** SHA3-512. */
    SHA3_512("SHA3-512", 64, "60864801650304020A", 0);

    private final String jca;
    private final int length;
    private final String oid;
    private final int number;

    HashAlgorithm(String jca, int length, String oid, int number) {
        this.jca = jca;
        this.length = length;
        this.oid = oid;
        this.number = number;
    }

    /** The JCA's standard name, e.g. {@code SHA-256}. */
    public String jca() {
        return jca;
    }

    /** Bytes of a hash. */
    public int length() {
        return length;
    }

    /** Content of the DER OBJECT IDENTIFIER (RFC 8017 appendix B.1, NIST's registry). */
    public byte[] oid() {
        return HexFormat.of().parseHex(oid);
    }

    /**
     * The number that a device and TR-03110 count it by, 1 to 5: the last digit of the device's algorithms and the last arc
     * of the object identifiers of ECDSA. 0 if no device computes it.
     */
    public int number() {
        return number;
    }

    /** The function of that number. */
    public static Optional<HashAlgorithm> numbered(int number) {
        return Arrays.stream(values())
                .filter(hash -> hash.number == number && number != 0)
                .findFirst();
    }

    /** The hash of the parts, one after another. */
    public byte[] digest(byte[]... parts) {
        MessageDigest function = newDigest();
        for (byte[] part : parts) {
            function.update(part);
        }
        return function.digest();
    }

    /**
     * Something that computes it.
     *
     * @throws IllegalStateException if no provider of this JVM does
     */
    public MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(jca);
        } catch (NoSuchAlgorithmException notInThisJvm) {
            throw new IllegalStateException("no provider of this JVM computes " + jca, notInThisJvm);
        }
    }

    /** The function that is called so: {@code SHA-256}, {@code SHA256}, {@code sha-256}; {@code SHA} is SHA-1. */
    public static Optional<HashAlgorithm> named(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(hash -> hash.jca.equals(wanted)
                        || hash.jca.replaceFirst("^SHA-", "SHA").equals(wanted)
                        || (hash == SHA1 && wanted.equals("SHA")))
                .findFirst();
    }

    /** All standard names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(HashAlgorithm::jca).collect(Collectors.joining(", "));
    }
}
