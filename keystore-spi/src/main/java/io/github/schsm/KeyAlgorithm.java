// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a key in a device may be used for: the entries of its algorithm list (docs/protocol.md#algorithms). A key
 * without a list may be used for everything its type allows, except, on devices with key domain slots, to be wrapped.
 */
public enum KeyAlgorithm {
    /** AES-CBC encryption. */
    AES_CBC_ENCRYPT(0x10, "CKM_AES_CBC"),
    /** AES-CBC decryption. */
    AES_CBC_DECRYPT(0x11, "CKM_AES_CBC"),
    /** AES-CMAC. */
    AES_CMAC(0x18, "CKM_AES_CMAC"),
    /** RSA over data padded by the host. */
    RSA_RAW(0x20, "CKM_RSA_X_509"),
    /** RSA decryption without unpadding. */
    RSA_DECRYPT_RAW(0x21, "CKM_RSA_X_509"),
    /** RSA decryption, PKCS#1 v1.5. */
    RSA_DECRYPT_PKCS1(0x22, "CKM_RSA_PKCS"),
    /** RSA decryption, OAEP. */
    RSA_DECRYPT_OAEP(0x23, "CKM_RSA_PKCS_OAEP"),
    /** RSA PKCS#1 v1.5 signature over a given DigestInfo. */
    RSA_PKCS1(0x30, "CKM_RSA_PKCS"),
    /** RSA PKCS#1 v1.5 signature, SHA-1 in the device. */
    RSA_PKCS1_SHA1(0x31, "CKM_SHA1_RSA_PKCS"),
    /** RSA PKCS#1 v1.5 signature, SHA-224 in the device. */
    RSA_PKCS1_SHA224(0x32, "CKM_SHA224_RSA_PKCS"),
    /** RSA PKCS#1 v1.5 signature, SHA-256 in the device. */
    RSA_PKCS1_SHA256(0x33, "CKM_SHA256_RSA_PKCS"),
    /** RSA PKCS#1 v1.5 signature, SHA-384 in the device. */
    RSA_PKCS1_SHA384(0x34, "CKM_SHA384_RSA_PKCS"),
    /** RSA PKCS#1 v1.5 signature, SHA-512 in the device. */
    RSA_PKCS1_SHA512(0x35, "CKM_SHA512_RSA_PKCS"),
    /** RSA-PSS over a given hash. */
    RSA_PSS(0x40, "CKM_RSA_PKCS_PSS"),
    /** RSA-PSS, SHA-1 in the device. */
    RSA_PSS_SHA1(0x41, "CKM_SHA1_RSA_PKCS_PSS"),
    /** RSA-PSS, SHA-224 in the device. */
    RSA_PSS_SHA224(0x42, "CKM_SHA224_RSA_PKCS_PSS"),
    /** RSA-PSS, SHA-256 in the device. */
    RSA_PSS_SHA256(0x43, "CKM_SHA256_RSA_PKCS_PSS"),
    /** RSA-PSS, SHA-384 in the device. */
    RSA_PSS_SHA384(0x44, "CKM_SHA384_RSA_PKCS_PSS"),
    /** RSA-PSS, SHA-512 in the device. */
    RSA_PSS_SHA512(0x45, "CKM_SHA512_RSA_PKCS_PSS"),
    /** ECDSA over a given hash: what this provider uses for every ECDSA signature. */
    ECDSA(0x70, "CKM_ECDSA"),
    /** ECDSA, SHA-1 in the device. */
    ECDSA_SHA1(0x71, "CKM_ECDSA_SHA1"),
    /** ECDSA, SHA-224 in the device. */
    ECDSA_SHA224(0x72, "CKM_ECDSA_SHA224"),
    /** ECDSA, SHA-256 in the device. */
    ECDSA_SHA256(0x73, "CKM_ECDSA_SHA256"),
    /** ECDSA, SHA-384 in the device. */
    ECDSA_SHA384(0x74, "CKM_ECDSA_SHA384"),
    /** ECDSA, SHA-512 in the device. */
    ECDSA_SHA512(0x75, "CKM_ECDSA_SHA512"),
    /** Elliptic curve Diffie-Hellman. */
    ECDH(0x80, "CKM_ECDH1_DERIVE"),
    /** Elliptic curve Diffie-Hellman with an authenticated peer key. */
    ECDH_AUTHENTICATED(0x83),
    /** Agreement of a key domain's KEK; an exchange key has this algorithm and no other. */
    ECDH_XKEK(0x84),
    /** The key may be wrapped, that is, leave the device under its domain's KEK. */
    WRAP(0x92),
    /** The key may be unwrapped. */
    UNWRAP(0x93),
    /** The key may be replaced. */
    REPLACE(0x94),
    /** EC key derivation. */
    DERIVE_EC(0x98),
    /** Symmetric derivation, SP 800-56C. */
    DERIVE_SP800_56C(0x99),
    /** Everything of the key's type but {@link #ECDH_XKEK}, {@link #WRAP} and {@link #REPLACE}. */
    ALL(0xA0);

    private final int id;
    private final @Nullable String pkcs11;

    KeyAlgorithm(int id) {
        this(id, null);
    }

    KeyAlgorithm(int id, @Nullable String pkcs11) {
        this.id = id;
        this.pkcs11 = pkcs11;
    }

    /** The algorithm's number on the wire, one byte. */
    public int id() {
        return id;
    }

    /** PKCS#11's name of the mechanism that does the same, e.g. {@code CKM_ECDSA}, if there is one. */
    public Optional<String> pkcs11() {
        return Optional.ofNullable(pkcs11);
    }

    /** The algorithm with that number, if it is a known one. */
    public static Optional<KeyAlgorithm> of(int id) {
        return Arrays.stream(values()).filter(algorithm -> algorithm.id == id).findFirst();
    }
}
