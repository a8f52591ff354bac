package io.github.schsm.bridge.cryptoki;

/** Numbers of PKCS#11 (2.40 and 3.0) under the names that the standard gives them, as far as the bridge uses them. */
public final class Ck {
    public static final long CKM_RSA_PKCS_KEY_PAIR_GEN = 0x0L;
    public static final long CKM_RSA_PKCS = 0x1L;
    public static final long CKM_RSA_X_509 = 0x3L;
    public static final long CKM_RSA_PKCS_OAEP = 0x9L;
    public static final long CKM_RSA_PKCS_PSS = 0xDL;
    public static final long CKM_SHA1_RSA_PKCS = 0x6L;
    public static final long CKM_SHA224_RSA_PKCS = 0x46L;
    public static final long CKM_SHA256_RSA_PKCS = 0x40L;
    public static final long CKM_SHA384_RSA_PKCS = 0x41L;
    public static final long CKM_SHA512_RSA_PKCS = 0x42L;
    public static final long CKM_SHA_1 = 0x220L;
    public static final long CKM_SHA224 = 0x255L;
    public static final long CKM_SHA256 = 0x250L;
    public static final long CKM_SHA384 = 0x260L;
    public static final long CKM_SHA512 = 0x270L;
    static final long CKM_SHA3_256 = 0x2B0L;
    static final long CKM_SHA3_224 = 0x2B5L;
    static final long CKM_SHA3_384 = 0x2C0L;
    static final long CKM_SHA3_512 = 0x2D0L;
    public static final long CKM_EC_KEY_PAIR_GEN = 0x1040L;
    public static final long CKM_ECDSA = 0x1041L;
    public static final long CKM_ECDSA_SHA1 = 0x1042L;
    public static final long CKM_ECDSA_SHA224 = 0x1043L;
    public static final long CKM_ECDSA_SHA256 = 0x1044L;
    public static final long CKM_ECDSA_SHA384 = 0x1045L;
    public static final long CKM_ECDSA_SHA512 = 0x1046L;
    public static final long CKM_ECDH1_DERIVE = 0x1050L;
    public static final long CKM_AES_KEY_GEN = 0x1080L;
    public static final long CKM_AES_ECB = 0x1081L;
    public static final long CKM_AES_CBC = 0x1082L;
    public static final long CKM_AES_CBC_PAD = 0x1085L;
    public static final long CKM_AES_CMAC = 0x108AL;
    public static final long CKG_MGF1_SHA1 = 0x1L;
    public static final long CKG_MGF1_SHA224 = 0x5L;
    public static final long CKG_MGF1_SHA256 = 0x2L;
    public static final long CKG_MGF1_SHA384 = 0x3L;
    public static final long CKG_MGF1_SHA512 = 0x4L;
    static final long CKG_MGF1_SHA3_224 = 0x6L;
    static final long CKG_MGF1_SHA3_256 = 0x7L;
    static final long CKG_MGF1_SHA3_384 = 0x8L;
    static final long CKG_MGF1_SHA3_512 = 0x9L;

    public static final long CKA_CLASS = 0x0L;
    public static final long CKA_TOKEN = 0x1L;
    public static final long CKA_PRIVATE = 0x2L;
    public static final long CKA_LABEL = 0x3L;
    public static final long CKA_APPLICATION = 0x10L;
    public static final long CKA_VALUE = 0x11L;
    public static final long CKA_OBJECT_ID = 0x12L;
    public static final long CKA_CERTIFICATE_TYPE = 0x80L;
    public static final long CKA_ISSUER = 0x81L;
    public static final long CKA_SERIAL_NUMBER = 0x82L;
    public static final long CKA_SUBJECT = 0x101L;
    public static final long CKA_ID = 0x102L;
    public static final long CKA_KEY_TYPE = 0x100L;
    public static final long CKA_SENSITIVE = 0x103L;
    public static final long CKA_ENCRYPT = 0x104L;
    public static final long CKA_DECRYPT = 0x105L;
    public static final long CKA_SIGN = 0x108L;
    public static final long CKA_VERIFY = 0x10AL;
    public static final long CKA_DERIVE = 0x10CL;
    public static final long CKA_MODULUS = 0x120L;
    public static final long CKA_MODULUS_BITS = 0x121L;
    public static final long CKA_PUBLIC_EXPONENT = 0x122L;
    public static final long CKA_VALUE_LEN = 0x161L;
    public static final long CKA_EXTRACTABLE = 0x162L;
    public static final long CKA_LOCAL = 0x163L;
    static final long CKA_MODIFIABLE = 0x170L;
    static final long CKA_DESTROYABLE = 0x172L;
    public static final long CKA_EC_PARAMS = 0x180L;
    public static final long CKA_EC_POINT = 0x181L;
    public static final long CKA_ALWAYS_AUTHENTICATE = 0x202L;

    public static final long CKO_DATA = 0x0L;
    public static final long CKO_CERTIFICATE = 0x1L;
    public static final long CKO_PUBLIC_KEY = 0x2L;
    public static final long CKO_PRIVATE_KEY = 0x3L;
    public static final long CKO_SECRET_KEY = 0x4L;

    public static final long CKK_RSA = 0x0L;
    public static final long CKK_EC = 0x3L;
    public static final long CKK_GENERIC_SECRET = 0x10L;
    public static final long CKK_AES = 0x1FL;

    public static final long CKU_SO = 0x0L;
    public static final long CKU_USER = 0x1L;
    public static final long CKU_CONTEXT_SPECIFIC = 0x2L;

    public static final long CKS_RO_PUBLIC_SESSION = 0x0L;
    public static final long CKS_RO_USER_FUNCTIONS = 0x1L;
    public static final long CKS_RW_PUBLIC_SESSION = 0x2L;
    public static final long CKS_RW_USER_FUNCTIONS = 0x3L;
    public static final long CKS_RW_SO_FUNCTIONS = 0x4L;

    public static final long CKC_X_509 = 0x0L;

    public static final long CKF_RNG = 0x1L;
    public static final long CKF_WRITE_PROTECTED = 0x2L;
    public static final long CKF_LOGIN_REQUIRED = 0x4L;
    public static final long CKF_USER_PIN_INITIALIZED = 0x8L;
    public static final long CKF_PROTECTED_AUTHENTICATION_PATH = 0x100L;
    public static final long CKF_TOKEN_INITIALIZED = 0x400L;
    public static final long CKF_USER_PIN_COUNT_LOW = 0x10000L;
    public static final long CKF_USER_PIN_FINAL_TRY = 0x20000L;
    public static final long CKF_USER_PIN_LOCKED = 0x40000L;
    public static final long CKF_USER_PIN_TO_BE_CHANGED = 0x80000L;
    public static final long CKF_SO_PIN_COUNT_LOW = 0x100000L;
    public static final long CKF_SO_PIN_FINAL_TRY = 0x200000L;
    public static final long CKF_SO_PIN_LOCKED = 0x400000L;
    public static final long CKF_SO_PIN_TO_BE_CHANGED = 0x800000L;

    public static final long CKF_TOKEN_PRESENT = 0x1L;
    public static final long CKF_REMOVABLE_DEVICE = 0x2L;
    public static final long CKF_HW_SLOT = 0x4L;
    public static final long CKF_HW = 0x1L;
    public static final long CKF_ENCRYPT = 0x100L;
    public static final long CKF_DECRYPT = 0x200L;
    public static final long CKF_SIGN = 0x800L;
    public static final long CKF_DERIVE = 0x80000L;
    public static final long CKF_GENERATE = 0x8000L;
    public static final long CKF_GENERATE_KEY_PAIR = 0x10000L;

    // The SmartCard-HSM vendor's module (docs/protocol.md#pkcs11-modules): write-only, but for the request.

    public static final long CKA_SC_HSM_PUBLIC_KEY_REQUEST = 0x80000110L;
    public static final long CKA_SC_HSM_KEY_USE_COUNTER = 0x80000108L;
    public static final long CKA_SC_HSM_ALGORITHM_LIST = 0x80000109L;
    public static final long CKA_SC_HSM_KEY_DOMAIN = 0x80000111L;
    public static final long CKA_SC_HSM_WRAPPING_KEY_ID = 0x80000112L;

    private Ck() {}
}
