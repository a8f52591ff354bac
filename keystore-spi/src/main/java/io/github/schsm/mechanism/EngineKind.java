// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

/**
 * What does the work of a row of the mechanism table: one for each class of engine, named by the row. The provider has a
 * constructor for each of them and asks nothing else of a row.
 */
public enum EngineKind {
    /** The key store. */
    KEY_STORE("KeyStore", false),
    /** The key store in memory, for handles. */
    MEMORY_KEY_STORE("KeyStore", false),
    /** ECDSA signatures. */
    ECDSA_SIGNATURE("Signature", true),
    /** RSA signatures with PKCS#1 v1.5 padding. */
    PKCS1_SIGNATURE("Signature", true),
    /** RSA signatures with PSS. */
    PSS_SIGNATURE("Signature", true),
    /** RSA decryption, whatever the padding. */
    RSA_CIPHER("Cipher", true),
    /** AES in CBC mode. */
    AES_CBC_CIPHER("Cipher", true),
    /** Keys wrapped and unwrapped under a key domain's KEK. */
    XKEK_CIPHER("Cipher", false),
    /** Elliptic curve Diffie-Hellman. */
    ECDH_AGREEMENT("KeyAgreement", true),
    /** The same, with keys derived by the function of ANSI X9.63 (SEC 1, section 3.6.1): CMS. */
    X963_AGREEMENT("KeyAgreement", true),
    /** The same, with keys derived by the concatenation function of NIST SP 800-56A: OpenPGP. */
    CONCAT_AGREEMENT("KeyAgreement", true),
    /** The agreement of a KEK between two devices. */
    XKEK_AGREEMENT("KeyAgreement", false),
    /** AES-CMAC. */
    CMAC("Mac", true),
    /** EC key pairs. */
    EC_GENERATOR("KeyPairGenerator", false),
    /** RSA key pairs. */
    RSA_GENERATOR("KeyPairGenerator", false),
    /** RSA key pairs that are good for PSS only. */
    PSS_GENERATOR("KeyPairGenerator", false),
    /** AES keys. */
    AES_GENERATOR("KeyGenerator", false),
    /** Handles of private keys and what other providers make of keys. */
    KEY_HANDLES("KeyFactory", false),
    /** The same for secret keys. */
    SECRET_KEY_HANDLES("SecretKeyFactory", false),
    /** Keys derived by SP 800-56C. */
    DERIVATION("SecretKeyFactory", false),
    /** Card-verifiable certificates. */
    CERTIFICATES("CertificateFactory", false),
    /** Their chains. */
    CERTIFICATE_PATHS("CertPathValidator", false),
    /** Random bytes. */
    RANDOM("SecureRandom", false);

    private final String type;
    private final boolean delegating;

    EngineKind(String type, boolean delegating) {
        this.type = type;
        this.delegating = delegating;
    }

    /** The JCA's type of service, e.g. {@code Signature}. */
    public String type() {
        return type;
    }

    /** Whether keys that are in no device are handed to the next provider. */
    public boolean isDelegating() {
        return delegating;
    }
}
