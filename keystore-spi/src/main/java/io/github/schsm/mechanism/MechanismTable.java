// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

import static io.github.schsm.KeyAlgorithm.AES_CBC_ENCRYPT;
import static io.github.schsm.KeyAlgorithm.AES_CMAC;
import static io.github.schsm.KeyAlgorithm.DERIVE_SP800_56C;
import static io.github.schsm.KeyAlgorithm.ECDH;
import static io.github.schsm.KeyAlgorithm.ECDH_XKEK;
import static io.github.schsm.KeyAlgorithm.ECDSA;
import static io.github.schsm.KeyAlgorithm.RSA_DECRYPT_RAW;
import static io.github.schsm.KeyAlgorithm.RSA_PKCS1;
import static io.github.schsm.KeyAlgorithm.RSA_PSS;
import static io.github.schsm.KeyAlgorithm.WRAP;
import static io.github.schsm.KeyType.AES;
import static io.github.schsm.KeyType.EC;
import static io.github.schsm.KeyType.RSA;
import static io.github.schsm.codec.HashAlgorithm.SHA1;
import static io.github.schsm.codec.HashAlgorithm.SHA224;
import static io.github.schsm.codec.HashAlgorithm.SHA256;
import static io.github.schsm.codec.HashAlgorithm.SHA384;
import static io.github.schsm.codec.HashAlgorithm.SHA3_224;
import static io.github.schsm.codec.HashAlgorithm.SHA3_256;
import static io.github.schsm.codec.HashAlgorithm.SHA3_384;
import static io.github.schsm.codec.HashAlgorithm.SHA3_512;
import static io.github.schsm.codec.HashAlgorithm.SHA512;
import static io.github.schsm.codec.HashAlgorithm.SHA512_224;
import static io.github.schsm.codec.HashAlgorithm.SHA512_256;
import static io.github.schsm.mechanism.EngineKind.AES_CBC_CIPHER;
import static io.github.schsm.mechanism.EngineKind.AES_GENERATOR;
import static io.github.schsm.mechanism.EngineKind.CERTIFICATES;
import static io.github.schsm.mechanism.EngineKind.CERTIFICATE_PATHS;
import static io.github.schsm.mechanism.EngineKind.CMAC;
import static io.github.schsm.mechanism.EngineKind.CONCAT_AGREEMENT;
import static io.github.schsm.mechanism.EngineKind.DERIVATION;
import static io.github.schsm.mechanism.EngineKind.ECDH_AGREEMENT;
import static io.github.schsm.mechanism.EngineKind.ECDSA_SIGNATURE;
import static io.github.schsm.mechanism.EngineKind.EC_GENERATOR;
import static io.github.schsm.mechanism.EngineKind.KEY_HANDLES;
import static io.github.schsm.mechanism.EngineKind.KEY_STORE;
import static io.github.schsm.mechanism.EngineKind.MEMORY_KEY_STORE;
import static io.github.schsm.mechanism.EngineKind.PKCS1_SIGNATURE;
import static io.github.schsm.mechanism.EngineKind.PSS_GENERATOR;
import static io.github.schsm.mechanism.EngineKind.PSS_SIGNATURE;
import static io.github.schsm.mechanism.EngineKind.RANDOM;
import static io.github.schsm.mechanism.EngineKind.RSA_CIPHER;
import static io.github.schsm.mechanism.EngineKind.RSA_GENERATOR;
import static io.github.schsm.mechanism.EngineKind.SECRET_KEY_HANDLES;
import static io.github.schsm.mechanism.EngineKind.X963_AGREEMENT;
import static io.github.schsm.mechanism.EngineKind.XKEK_AGREEMENT;
import static io.github.schsm.mechanism.EngineKind.XKEK_CIPHER;
import static io.github.schsm.mechanism.Mechanism.Encoding.DER;
import static io.github.schsm.mechanism.Mechanism.Encoding.NO_PADDING;
import static io.github.schsm.mechanism.Mechanism.Encoding.OAEP_PADDING;
import static io.github.schsm.mechanism.Mechanism.Encoding.P1363;
import static io.github.schsm.mechanism.Mechanism.Encoding.PKCS1_PADDING;
import static io.github.schsm.mechanism.Mechanism.Encoding.PKCS5_PADDING;
import static io.github.schsm.mechanism.Mechanism.Encoding.RAW;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Mechanism.Encoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one table of algorithms, a line for each. The provider registers from it and makes the engine that a row names,
 * engines and tokens look things up in it, {@code CAPABILITIES.md} and the conformance tests are checked against it:
 * adding an algorithm starts here.
 */
public final class MechanismTable {
    private static final String ANY = "1.0";
    private static final String WITH_AES = Feature.AES.minFirmware();
    private static final String WITH_XKEK = Feature.XKEK.minFirmware();

    // spotless:off
    private static final List<Mechanism> ALL = List.of(
            //  engine              name                                         hash        encoding       key   on the device     in PKCS#11                   firmware   other names and OIDs
            row(KEY_STORE,          "SCHSM",                                     null,       RAW,           null, null,             null,                        ANY),
            row(MEMORY_KEY_STORE,   "SCHSM-MEMORY",                              null,       RAW,           null, null,             null,                        ANY),
            row(ECDSA_SIGNATURE,    "NONEwithECDSA",                             null,       DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY),
            row(ECDSA_SIGNATURE,    "NONEwithECDSAinP1363Format",                null,       P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "NONEwithPLAIN-ECDSA"),
            row(ECDSA_SIGNATURE,    "SHA1withECDSA",                             SHA1,       DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "1.2.840.10045.4.1"),
            row(ECDSA_SIGNATURE,    "SHA1withECDSAinP1363Format",                SHA1,       P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA1withPLAIN-ECDSA", "SHA1withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.1", "0.4.0.127.0.7.2.2.2.2.1"),
            row(ECDSA_SIGNATURE,    "SHA224withECDSA",                           SHA224,     DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "1.2.840.10045.4.3.1"),
            row(ECDSA_SIGNATURE,    "SHA224withECDSAinP1363Format",              SHA224,     P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA224withPLAIN-ECDSA", "SHA224withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.2", "0.4.0.127.0.7.2.2.2.2.2"),
            row(ECDSA_SIGNATURE,    "SHA256withECDSA",                           SHA256,     DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "1.2.840.10045.4.3.2"),
            row(ECDSA_SIGNATURE,    "SHA256withECDSAinP1363Format",              SHA256,     P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA256withPLAIN-ECDSA", "SHA256withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.3", "0.4.0.127.0.7.2.2.2.2.3"),
            row(ECDSA_SIGNATURE,    "SHA384withECDSA",                           SHA384,     DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "1.2.840.10045.4.3.3"),
            row(ECDSA_SIGNATURE,    "SHA384withECDSAinP1363Format",              SHA384,     P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA384withPLAIN-ECDSA", "SHA384withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.4", "0.4.0.127.0.7.2.2.2.2.4"),
            row(ECDSA_SIGNATURE,    "SHA512withECDSA",                           SHA512,     DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "1.2.840.10045.4.3.4"),
            row(ECDSA_SIGNATURE,    "SHA512withECDSAinP1363Format",              SHA512,     P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA512withPLAIN-ECDSA", "SHA512withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.5", "0.4.0.127.0.7.2.2.2.2.5"),
            row(ECDSA_SIGNATURE,    "SHA3-224withECDSA",                         SHA3_224,   DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "2.16.840.1.101.3.4.3.9"),
            row(ECDSA_SIGNATURE,    "SHA3-224withECDSAinP1363Format",            SHA3_224,   P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA3-224withPLAIN-ECDSA", "SHA3-224withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.8"),
            row(ECDSA_SIGNATURE,    "SHA3-256withECDSA",                         SHA3_256,   DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "2.16.840.1.101.3.4.3.10"),
            row(ECDSA_SIGNATURE,    "SHA3-256withECDSAinP1363Format",            SHA3_256,   P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA3-256withPLAIN-ECDSA", "SHA3-256withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.9"),
            row(ECDSA_SIGNATURE,    "SHA3-384withECDSA",                         SHA3_384,   DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "2.16.840.1.101.3.4.3.11"),
            row(ECDSA_SIGNATURE,    "SHA3-384withECDSAinP1363Format",            SHA3_384,   P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA3-384withPLAIN-ECDSA", "SHA3-384withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.10"),
            row(ECDSA_SIGNATURE,    "SHA3-512withECDSA",                         SHA3_512,   DER,           EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "2.16.840.1.101.3.4.3.12"),
            row(ECDSA_SIGNATURE,    "SHA3-512withECDSAinP1363Format",            SHA3_512,   P1363,         EC,   ECDSA,            "CKM_ECDSA",                 ANY,       "SHA3-512withPLAIN-ECDSA", "SHA3-512withCVC-ECDSA", "0.4.0.127.0.7.1.1.4.1.11"),
            row(PKCS1_SIGNATURE,    "NONEwithRSA",                               null,       RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY),
            row(PKCS1_SIGNATURE,    "SHA1withRSA",                               SHA1,       RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "1.2.840.113549.1.1.5"),
            row(PKCS1_SIGNATURE,    "SHA224withRSA",                             SHA224,     RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "1.2.840.113549.1.1.14"),
            row(PKCS1_SIGNATURE,    "SHA256withRSA",                             SHA256,     RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "1.2.840.113549.1.1.11"),
            row(PKCS1_SIGNATURE,    "SHA384withRSA",                             SHA384,     RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "1.2.840.113549.1.1.12"),
            row(PKCS1_SIGNATURE,    "SHA512withRSA",                             SHA512,     RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "1.2.840.113549.1.1.13"),
            row(PKCS1_SIGNATURE,    "SHA3-224withRSA",                           SHA3_224,   RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "2.16.840.1.101.3.4.3.13"),
            row(PKCS1_SIGNATURE,    "SHA3-256withRSA",                           SHA3_256,   RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "2.16.840.1.101.3.4.3.14"),
            row(PKCS1_SIGNATURE,    "SHA3-384withRSA",                           SHA3_384,   RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "2.16.840.1.101.3.4.3.15"),
            row(PKCS1_SIGNATURE,    "SHA3-512withRSA",                           SHA3_512,   RAW,           RSA,  RSA_PKCS1,        "CKM_RSA_PKCS",              ANY,       "2.16.840.1.101.3.4.3.16"),
            row(PSS_SIGNATURE,      "RSASSA-PSS",                                null,       RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "1.2.840.113549.1.1.10"),
            row(PSS_SIGNATURE,      "SHA1withRSAandMGF1",                        SHA1,       RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA1withRSASSA-PSS", "SHA1withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA224withRSAandMGF1",                      SHA224,     RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA224withRSASSA-PSS", "SHA224withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA256withRSAandMGF1",                      SHA256,     RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA256withRSASSA-PSS", "SHA256withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA384withRSAandMGF1",                      SHA384,     RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA384withRSASSA-PSS", "SHA384withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA512withRSAandMGF1",                      SHA512,     RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA512withRSASSA-PSS", "SHA512withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA3-224withRSAandMGF1",                    SHA3_224,   RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA3-224withRSASSA-PSS", "SHA3-224withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA3-256withRSAandMGF1",                    SHA3_256,   RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA3-256withRSASSA-PSS", "SHA3-256withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA3-384withRSAandMGF1",                    SHA3_384,   RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA3-384withRSASSA-PSS", "SHA3-384withRSA/PSS"),
            row(PSS_SIGNATURE,      "SHA3-512withRSAandMGF1",                    SHA3_512,   RAW,           RSA,  RSA_PSS,          "CKM_RSA_PKCS_PSS",          ANY,       "SHA3-512withRSASSA-PSS", "SHA3-512withRSA/PSS"),
            row(RSA_CIPHER,         "RSA/ECB/PKCS1Padding",                      null,       PKCS1_PADDING, RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS",              ANY,       "1.2.840.113549.1.1.1", "RSA"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPPadding",                       SHA1,       OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "1.2.840.113549.1.1.7", "RSAES-OAEP"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-1AndMGF1Padding",       SHA1,       OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA1AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-224AndMGF1Padding",     SHA224,     OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA224AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",     SHA256,     OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA256AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-384AndMGF1Padding",     SHA384,     OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA384AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-512AndMGF1Padding",     SHA512,     OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA512AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-512/224AndMGF1Padding", SHA512_224, OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA512/224AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA-512/256AndMGF1Padding", SHA512_256, OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY,       "RSA/ECB/OAEPWithSHA512/256AndMGF1Padding"),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA3-224AndMGF1Padding",    SHA3_224,   OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA3-256AndMGF1Padding",    SHA3_256,   OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA3-384AndMGF1Padding",    SHA3_384,   OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY),
            row(RSA_CIPHER,         "RSA/ECB/OAEPWithSHA3-512AndMGF1Padding",    SHA3_512,   OAEP_PADDING,  RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_PKCS_OAEP",         ANY),
            row(RSA_CIPHER,         "RSA/ECB/NoPadding",                         null,       NO_PADDING,    RSA,  RSA_DECRYPT_RAW,  "CKM_RSA_X_509",             ANY),
            row(AES_CBC_CIPHER,     "AES/CBC/NoPadding",                         null,       NO_PADDING,    AES,  AES_CBC_ENCRYPT,  "CKM_AES_CBC",               WITH_AES),
            row(AES_CBC_CIPHER,     "AES/CBC/PKCS5Padding",                      null,       PKCS5_PADDING, AES,  AES_CBC_ENCRYPT,  "CKM_AES_CBC",               WITH_AES,  "AES/CBC/PKCS7Padding"),
            row(XKEK_CIPHER,        "XKEK",                                      null,       RAW,           null, WRAP,             null,                        WITH_XKEK),
            row(ECDH_AGREEMENT,     "ECDH",                                      null,       RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY),
            row(X963_AGREEMENT,     "ECDHwithSHA1KDF",                           SHA1,       RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.133.16.840.63.0.2"),
            row(X963_AGREEMENT,     "ECDHwithSHA224KDF",                         SHA224,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.11.0"),
            row(X963_AGREEMENT,     "ECDHwithSHA256KDF",                         SHA256,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.11.1"),
            row(X963_AGREEMENT,     "ECDHwithSHA384KDF",                         SHA384,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.11.2"),
            row(X963_AGREEMENT,     "ECDHwithSHA512KDF",                         SHA512,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.11.3"),
            row(X963_AGREEMENT,     "ECCDHwithSHA1KDF",                          SHA1,       RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.133.16.840.63.0.3"),
            row(X963_AGREEMENT,     "ECCDHwithSHA224KDF",                        SHA224,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.14.0"),
            row(X963_AGREEMENT,     "ECCDHwithSHA256KDF",                        SHA256,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.14.1"),
            row(X963_AGREEMENT,     "ECCDHwithSHA384KDF",                        SHA384,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.14.2"),
            row(X963_AGREEMENT,     "ECCDHwithSHA512KDF",                        SHA512,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY,       "1.3.132.1.14.3"),
            row(CONCAT_AGREEMENT,   "ECCDHwithSHA1CKDF",                         SHA1,       RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY),
            row(CONCAT_AGREEMENT,   "ECCDHwithSHA256CKDF",                       SHA256,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY),
            row(CONCAT_AGREEMENT,   "ECCDHwithSHA384CKDF",                       SHA384,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY),
            row(CONCAT_AGREEMENT,   "ECCDHwithSHA512CKDF",                       SHA512,     RAW,           EC,   ECDH,             "CKM_ECDH1_DERIVE",          ANY),
            row(XKEK_AGREEMENT,     "ECDH_XKEK",                                 null,       RAW,           EC,   ECDH_XKEK,        null,                        WITH_XKEK),
            row(CMAC,               "AESCMAC",                                   null,       RAW,           AES,  AES_CMAC,         "CKM_AES_CMAC",              WITH_AES),
            row(EC_GENERATOR,       "EC",                                        null,       RAW,           EC,   null,             "CKM_EC_KEY_PAIR_GEN",       ANY,       "1.2.840.10045.2.1"),
            row(RSA_GENERATOR,      "RSA",                                       null,       RAW,           RSA,  null,             "CKM_RSA_PKCS_KEY_PAIR_GEN", ANY,       "1.2.840.113549.1.1.1"),
            row(PSS_GENERATOR,      "RSASSA-PSS",                                null,       RAW,           RSA,  null,             "CKM_RSA_PKCS_KEY_PAIR_GEN", ANY,       "1.2.840.113549.1.1.10"),
            row(AES_GENERATOR,      "AES",                                       null,       RAW,           AES,  null,             "CKM_AES_KEY_GEN",           WITH_AES),
            row(KEY_HANDLES,        "EC",                                        null,       RAW,           EC,   null,             null,                        ANY,       "1.2.840.10045.2.1"),
            row(KEY_HANDLES,        "RSA",                                       null,       RAW,           RSA,  null,             null,                        ANY,       "1.2.840.113549.1.1.1"),
            row(SECRET_KEY_HANDLES, "AES",                                       null,       RAW,           AES,  null,             null,                        WITH_AES),
            row(DERIVATION,         "SP800-56C",                                 null,       RAW,           AES,  DERIVE_SP800_56C, "80000013",                  WITH_AES),
            row(CERTIFICATES,       "CVC",                                       null,       RAW,           null, null,             null,                        ANY),
            row(CERTIFICATE_PATHS,  "CVC",                                       null,       RAW,           null, null,             null,                        ANY),
            row(RANDOM,             "SCHSM",                                     null,       RAW,           null, null,             null,                        ANY));
    // spotless:on

    private MechanismTable() {}

    /** All rows, in the order in which they are documented. */
    public static List<Mechanism> all() {
        return ALL;
    }

    /** The row of a JCA type and algorithm name, in upper or lower case; aliases are not looked at. */
    public static Optional<Mechanism> find(String type, String name) {
        return ALL.stream()
                .filter(row -> row.type().equals(type) && row.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * The algorithm by which a device hashes the data itself.
     *
     * @param family {@link KeyAlgorithm#RSA_PKCS1}, {@link KeyAlgorithm#RSA_PSS} or {@link KeyAlgorithm#ECDSA}, which take
     *               a hash; the variants that make it follow them
     * @param hash   null for none
     * @return empty if the device does not compute that hash
     */
    public static Optional<KeyAlgorithm> hashedByDevice(KeyAlgorithm family, @Nullable HashAlgorithm hash) {
        return hash == null || hash.number() == 0 ? Optional.empty() : KeyAlgorithm.of(family.id() + hash.number());
    }

    /** @param others names, and object identifiers with dots */
    private static Mechanism row(
            EngineKind engine,
            String name,
            @Nullable HashAlgorithm hash,
            Encoding encoding,
            @Nullable KeyType keyType,
            @Nullable KeyAlgorithm algorithm,
            @Nullable String pkcs11,
            String minFirmware,
            String... others) {
        List<String> aliases = new ArrayList<>();
        List<String> oids = new ArrayList<>();
        for (String other : others) {
            (Character.isDigit(other.charAt(0)) ? oids : aliases).add(other);
        }
        return new Mechanism(engine, name, aliases, oids, hash, encoding, keyType, algorithm, pkcs11, minFirmware);
    }

    /** The table as Markdown, as it stands in CAPABILITIES.md. */
    public static String toMarkdown() {
        StringBuilder text = new StringBuilder();
        text.append("| type | algorithm | other names | key | on the device | in PKCS#11 | firmware |\n");
        text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
        for (Mechanism row : ALL) {
            List<String> others = new ArrayList<>(row.aliases());
            others.addAll(row.oids());
            KeyAlgorithm algorithm = row.algorithm();
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | `%s` | %s | %s | %s | %s | %s |\n",
                    row.type(),
                    row.name(),
                    others.isEmpty() ? "" : "`" + String.join("`, `", others) + "`",
                    row.keyType() == null ? "" : row.keyType(),
                    algorithm == null ? "" : String.format(Locale.ROOT, "%s (%02X)", algorithm, algorithm.id()),
                    row.pkcs11() == null ? "" : row.pkcs11(),
                    row.minFirmware().equals(ANY) ? "any" : row.minFirmware()));
        }
        return text.toString();
    }
}
