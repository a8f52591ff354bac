// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import org.xipki.pkcs11.wrapper.PKCS11Constants;

/**
 * The wrapper's constants as far as the bridge uses them, and those of the SmartCard-HSM vendor: outside of this package
 * nothing knows which wrapper loads modules.
 */
public final class Ck {
    public static final long CKM_RSA_PKCS_KEY_PAIR_GEN = PKCS11Constants.CKM_RSA_PKCS_KEY_PAIR_GEN;
    public static final long CKM_RSA_PKCS = PKCS11Constants.CKM_RSA_PKCS;
    public static final long CKM_RSA_X_509 = PKCS11Constants.CKM_RSA_X_509;
    public static final long CKM_RSA_PKCS_OAEP = PKCS11Constants.CKM_RSA_PKCS_OAEP;
    public static final long CKM_RSA_PKCS_PSS = PKCS11Constants.CKM_RSA_PKCS_PSS;
    public static final long CKM_SHA1_RSA_PKCS = PKCS11Constants.CKM_SHA1_RSA_PKCS;
    public static final long CKM_SHA224_RSA_PKCS = PKCS11Constants.CKM_SHA224_RSA_PKCS;
    public static final long CKM_SHA256_RSA_PKCS = PKCS11Constants.CKM_SHA256_RSA_PKCS;
    public static final long CKM_SHA384_RSA_PKCS = PKCS11Constants.CKM_SHA384_RSA_PKCS;
    public static final long CKM_SHA512_RSA_PKCS = PKCS11Constants.CKM_SHA512_RSA_PKCS;
    public static final long CKM_SHA_1 = PKCS11Constants.CKM_SHA_1;
    public static final long CKM_SHA224 = PKCS11Constants.CKM_SHA224;
    public static final long CKM_SHA256 = PKCS11Constants.CKM_SHA256;
    public static final long CKM_SHA384 = PKCS11Constants.CKM_SHA384;
    public static final long CKM_SHA512 = PKCS11Constants.CKM_SHA512;
    static final long CKM_SHA3_256 = PKCS11Constants.CKM_SHA3_256;
    static final long CKM_SHA3_224 = PKCS11Constants.CKM_SHA3_224;
    static final long CKM_SHA3_384 = PKCS11Constants.CKM_SHA3_384;
    static final long CKM_SHA3_512 = PKCS11Constants.CKM_SHA3_512;
    public static final long CKM_EC_KEY_PAIR_GEN = PKCS11Constants.CKM_EC_KEY_PAIR_GEN;
    public static final long CKM_ECDSA = PKCS11Constants.CKM_ECDSA;
    public static final long CKM_ECDSA_SHA1 = PKCS11Constants.CKM_ECDSA_SHA1;
    public static final long CKM_ECDSA_SHA224 = PKCS11Constants.CKM_ECDSA_SHA224;
    public static final long CKM_ECDSA_SHA256 = PKCS11Constants.CKM_ECDSA_SHA256;
    public static final long CKM_ECDSA_SHA384 = PKCS11Constants.CKM_ECDSA_SHA384;
    public static final long CKM_ECDSA_SHA512 = PKCS11Constants.CKM_ECDSA_SHA512;
    public static final long CKM_ECDH1_DERIVE = PKCS11Constants.CKM_ECDH1_DERIVE;
    public static final long CKM_AES_KEY_GEN = PKCS11Constants.CKM_AES_KEY_GEN;
    public static final long CKM_AES_ECB = PKCS11Constants.CKM_AES_ECB;
    public static final long CKM_AES_CBC = PKCS11Constants.CKM_AES_CBC;
    public static final long CKM_AES_CBC_PAD = PKCS11Constants.CKM_AES_CBC_PAD;
    public static final long CKM_AES_CMAC = PKCS11Constants.CKM_AES_CMAC;
    public static final long CKG_MGF1_SHA1 = PKCS11Constants.CKG_MGF1_SHA1;
    public static final long CKG_MGF1_SHA224 = PKCS11Constants.CKG_MGF1_SHA224;
    public static final long CKG_MGF1_SHA256 = PKCS11Constants.CKG_MGF1_SHA256;
    public static final long CKG_MGF1_SHA384 = PKCS11Constants.CKG_MGF1_SHA384;
    public static final long CKG_MGF1_SHA512 = PKCS11Constants.CKG_MGF1_SHA512;
    static final long CKG_MGF1_SHA3_224 = PKCS11Constants.CKG_MGF1_SHA3_224;
    static final long CKG_MGF1_SHA3_256 = PKCS11Constants.CKG_MGF1_SHA3_256;
    static final long CKG_MGF1_SHA3_384 = PKCS11Constants.CKG_MGF1_SHA3_384;
    static final long CKG_MGF1_SHA3_512 = PKCS11Constants.CKG_MGF1_SHA3_512;

    public static final long CKA_CLASS = PKCS11Constants.CKA_CLASS;
    public static final long CKA_TOKEN = PKCS11Constants.CKA_TOKEN;
    public static final long CKA_PRIVATE = PKCS11Constants.CKA_PRIVATE;
    public static final long CKA_LABEL = PKCS11Constants.CKA_LABEL;
    public static final long CKA_APPLICATION = PKCS11Constants.CKA_APPLICATION;
    public static final long CKA_VALUE = PKCS11Constants.CKA_VALUE;
    public static final long CKA_OBJECT_ID = PKCS11Constants.CKA_OBJECT_ID;
    public static final long CKA_CERTIFICATE_TYPE = PKCS11Constants.CKA_CERTIFICATE_TYPE;
    public static final long CKA_ISSUER = PKCS11Constants.CKA_ISSUER;
    public static final long CKA_SERIAL_NUMBER = PKCS11Constants.CKA_SERIAL_NUMBER;
    public static final long CKA_SUBJECT = PKCS11Constants.CKA_SUBJECT;
    public static final long CKA_ID = PKCS11Constants.CKA_ID;
    public static final long CKA_KEY_TYPE = PKCS11Constants.CKA_KEY_TYPE;
    public static final long CKA_SENSITIVE = PKCS11Constants.CKA_SENSITIVE;
    public static final long CKA_ENCRYPT = PKCS11Constants.CKA_ENCRYPT;
    public static final long CKA_DECRYPT = PKCS11Constants.CKA_DECRYPT;
    public static final long CKA_SIGN = PKCS11Constants.CKA_SIGN;
    public static final long CKA_VERIFY = PKCS11Constants.CKA_VERIFY;
    public static final long CKA_DERIVE = PKCS11Constants.CKA_DERIVE;
    public static final long CKA_MODULUS = PKCS11Constants.CKA_MODULUS;
    public static final long CKA_MODULUS_BITS = PKCS11Constants.CKA_MODULUS_BITS;
    public static final long CKA_PUBLIC_EXPONENT = PKCS11Constants.CKA_PUBLIC_EXPONENT;
    public static final long CKA_VALUE_LEN = PKCS11Constants.CKA_VALUE_LEN;
    public static final long CKA_EXTRACTABLE = PKCS11Constants.CKA_EXTRACTABLE;
    public static final long CKA_LOCAL = PKCS11Constants.CKA_LOCAL;
    static final long CKA_MODIFIABLE = PKCS11Constants.CKA_MODIFIABLE;
    static final long CKA_DESTROYABLE = PKCS11Constants.CKA_DESTROYABLE;
    public static final long CKA_EC_PARAMS = PKCS11Constants.CKA_EC_PARAMS;
    public static final long CKA_EC_POINT = PKCS11Constants.CKA_EC_POINT;
    public static final long CKA_ALWAYS_AUTHENTICATE = PKCS11Constants.CKA_ALWAYS_AUTHENTICATE;

    public static final long CKO_DATA = PKCS11Constants.CKO_DATA;
    public static final long CKO_CERTIFICATE = PKCS11Constants.CKO_CERTIFICATE;
    public static final long CKO_PUBLIC_KEY = PKCS11Constants.CKO_PUBLIC_KEY;
    public static final long CKO_PRIVATE_KEY = PKCS11Constants.CKO_PRIVATE_KEY;
    public static final long CKO_SECRET_KEY = PKCS11Constants.CKO_SECRET_KEY;

    public static final long CKK_RSA = PKCS11Constants.CKK_RSA;
    public static final long CKK_EC = PKCS11Constants.CKK_EC;
    public static final long CKK_GENERIC_SECRET = PKCS11Constants.CKK_GENERIC_SECRET;
    public static final long CKK_AES = PKCS11Constants.CKK_AES;

    public static final long CKU_SO = PKCS11Constants.CKU_SO;
    public static final long CKU_USER = PKCS11Constants.CKU_USER;
    public static final long CKU_CONTEXT_SPECIFIC = PKCS11Constants.CKU_CONTEXT_SPECIFIC;

    public static final long CKS_RO_PUBLIC_SESSION = PKCS11Constants.CKS_RO_PUBLIC_SESSION;
    public static final long CKS_RO_USER_FUNCTIONS = PKCS11Constants.CKS_RO_USER_FUNCTIONS;
    public static final long CKS_RW_PUBLIC_SESSION = PKCS11Constants.CKS_RW_PUBLIC_SESSION;
    public static final long CKS_RW_USER_FUNCTIONS = PKCS11Constants.CKS_RW_USER_FUNCTIONS;
    public static final long CKS_RW_SO_FUNCTIONS = PKCS11Constants.CKS_RW_SO_FUNCTIONS;

    public static final long CKC_X_509 = PKCS11Constants.CKC_X_509;

    public static final long CKF_RNG = PKCS11Constants.CKF_RNG;
    public static final long CKF_WRITE_PROTECTED = PKCS11Constants.CKF_WRITE_PROTECTED;
    public static final long CKF_LOGIN_REQUIRED = PKCS11Constants.CKF_LOGIN_REQUIRED;
    public static final long CKF_USER_PIN_INITIALIZED = PKCS11Constants.CKF_USER_PIN_INITIALIZED;
    public static final long CKF_PROTECTED_AUTHENTICATION_PATH = PKCS11Constants.CKF_PROTECTED_AUTHENTICATION_PATH;
    public static final long CKF_TOKEN_INITIALIZED = PKCS11Constants.CKF_TOKEN_INITIALIZED;
    public static final long CKF_USER_PIN_COUNT_LOW = PKCS11Constants.CKF_USER_PIN_COUNT_LOW;
    public static final long CKF_USER_PIN_FINAL_TRY = PKCS11Constants.CKF_USER_PIN_FINAL_TRY;
    public static final long CKF_USER_PIN_LOCKED = PKCS11Constants.CKF_USER_PIN_LOCKED;
    public static final long CKF_USER_PIN_TO_BE_CHANGED = PKCS11Constants.CKF_USER_PIN_TO_BE_CHANGED;
    public static final long CKF_SO_PIN_COUNT_LOW = PKCS11Constants.CKF_SO_PIN_COUNT_LOW;
    public static final long CKF_SO_PIN_FINAL_TRY = PKCS11Constants.CKF_SO_PIN_FINAL_TRY;
    public static final long CKF_SO_PIN_LOCKED = PKCS11Constants.CKF_SO_PIN_LOCKED;
    public static final long CKF_SO_PIN_TO_BE_CHANGED = PKCS11Constants.CKF_SO_PIN_TO_BE_CHANGED;

    public static final long CKF_TOKEN_PRESENT = PKCS11Constants.CKF_TOKEN_PRESENT;
    public static final long CKF_REMOVABLE_DEVICE = PKCS11Constants.CKF_REMOVABLE_DEVICE;
    public static final long CKF_HW_SLOT = PKCS11Constants.CKF_HW_SLOT;
    public static final long CKF_HW = PKCS11Constants.CKF_HW;
    public static final long CKF_ENCRYPT = PKCS11Constants.CKF_ENCRYPT;
    public static final long CKF_DECRYPT = PKCS11Constants.CKF_DECRYPT;
    public static final long CKF_SIGN = PKCS11Constants.CKF_SIGN;
    public static final long CKF_DERIVE = PKCS11Constants.CKF_DERIVE;
    public static final long CKF_GENERATE = PKCS11Constants.CKF_GENERATE;
    public static final long CKF_GENERATE_KEY_PAIR = PKCS11Constants.CKF_GENERATE_KEY_PAIR;

    // The SmartCard-HSM vendor's module (docs/protocol.md#pkcs11-modules): write-only, but for the request.

    public static final long CKA_SC_HSM_PUBLIC_KEY_REQUEST = 0x80000110L;
    public static final long CKA_SC_HSM_KEY_USE_COUNTER = 0x80000108L;
    public static final long CKA_SC_HSM_ALGORITHM_LIST = 0x80000109L;
    public static final long CKA_SC_HSM_KEY_DOMAIN = 0x80000111L;
    public static final long CKA_SC_HSM_WRAPPING_KEY_ID = 0x80000112L;

    private Ck() {}

    /** The standard's name of a CKR_ value; {@code CKR_0X} and the number where it has none. */
    static String returnValue(long value) {
        return PKCS11Constants.ckrCodeToName(value);
    }

    /** A mechanism's name, for messages. */
    public static String mechanism(long type) {
        return PKCS11Constants.ckmCodeToName(type);
    }
}
