// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.codec.HashAlgorithm;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Algorithm ids of docs/protocol.md#algorithms, as compile-time constants for switches. */
public final class Algorithm {
    public static final int AES_CBC_ENCRYPT = 0x10;
    public static final int AES_CBC_DECRYPT = 0x11;
    public static final int AES_CMAC = 0x18;
    public static final int RSA_RAW = 0x20;
    public static final int RSA_DECRYPT_RAW = 0x21;
    public static final int RSA_DECRYPT_PKCS1 = 0x22;
    public static final int RSA_DECRYPT_OAEP = 0x23;
    public static final int RSA_PKCS1 = 0x30;
    public static final int RSA_PKCS1_SHA512 = 0x35;
    public static final int RSA_PSS = 0x40;
    public static final int RSA_PSS_SHA512 = 0x45;
    public static final int ECDSA = 0x70;
    public static final int ECDSA_SHA512 = 0x75;
    public static final int ECDH = 0x80;
    public static final int ECDH_AUTHENTICATED = 0x83;
    public static final int ECDH_XKEK = 0x84;
    public static final int WRAP = 0x92;
    public static final int UNWRAP = 0x93;
    public static final int REPLACE = 0x94;
    public static final int DERIVE_EC = 0x98;
    public static final int DERIVE_SP800_56C = 0x99;
    public static final int ALL = 0xA0;

    private static final int HASHES = 5;

    private Algorithm() {}

    public static boolean isKnown(int id) {
        return KeyAlgorithm.of(id).isPresent();
    }

    /** The hash of an id whose last digit is 1 to 5. */
    public static String hash(int id) {
        return HashAlgorithm.numbered(id & 0x0F).orElseThrow().jca();
    }

    /** The hash of SHA-1 and the SHA-2 family that is so long; algorithm 40 goes by that. */
    public static Optional<String> hashOfLength(int length) {
        return hashes().filter(hash -> hash.length() == length)
                .map(HashAlgorithm::jca)
                .findFirst();
    }

    public static int[] hashLengths() {
        return hashes().mapToInt(HashAlgorithm::length).toArray();
    }

    private static Stream<HashAlgorithm> hashes() {
        return IntStream.rangeClosed(1, HASHES)
                .mapToObj(HashAlgorithm::numbered)
                .flatMap(Optional::stream);
    }

    public static boolean isWithHash(int id) {
        return (id & 0x0F) != 0;
    }
}
