// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Cryptoki.MechanismInfo;
import io.github.schsm.bridge.object.TokenObjects;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which mechanism stands for an algorithm of a key, and which of them a token has for a key: the module's list and its
 * flags say what the token can, the key's own flags what the key may. The names are those of the table of mechanisms.
 */
public final class Algorithms {
    /**
     * An algorithm in PKCS#11.
     *
     * @param type      of the keys it is for
     * @param mechanism CKM_ value
     * @param name      CKM_ name
     * @param flag      CKF_ value that the mechanism has to have
     * @param usage     CKA_ value that the key has to have
     */
    record Row(KeyType type, long mechanism, String name, long flag, long usage) {}

    private static final Map<KeyAlgorithm, Row> ROWS = rows();

    private Algorithms() {}

    private static Map<KeyAlgorithm, Row> rows() {
        Map<KeyAlgorithm, Row> rows = new EnumMap<>(KeyAlgorithm.class);
        rsaSigning(rows, KeyAlgorithm.RSA_RAW, Ck.CKM_RSA_X_509);
        rsaSigning(rows, KeyAlgorithm.RSA_PKCS1, Ck.CKM_RSA_PKCS);
        rsaSigning(rows, KeyAlgorithm.RSA_PKCS1_SHA1, Ck.CKM_SHA1_RSA_PKCS);
        rsaSigning(rows, KeyAlgorithm.RSA_PKCS1_SHA224, Ck.CKM_SHA224_RSA_PKCS);
        rsaSigning(rows, KeyAlgorithm.RSA_PKCS1_SHA256, Ck.CKM_SHA256_RSA_PKCS);
        rsaSigning(rows, KeyAlgorithm.RSA_PKCS1_SHA384, Ck.CKM_SHA384_RSA_PKCS);
        rsaSigning(rows, KeyAlgorithm.RSA_PKCS1_SHA512, Ck.CKM_SHA512_RSA_PKCS);
        rsaSigning(rows, KeyAlgorithm.RSA_PSS, Ck.CKM_RSA_PKCS_PSS);
        rsaDecryption(rows, KeyAlgorithm.RSA_DECRYPT_RAW, Ck.CKM_RSA_X_509);
        rsaDecryption(rows, KeyAlgorithm.RSA_DECRYPT_PKCS1, Ck.CKM_RSA_PKCS);
        rsaDecryption(rows, KeyAlgorithm.RSA_DECRYPT_OAEP, Ck.CKM_RSA_PKCS_OAEP);
        ecdsa(rows, KeyAlgorithm.ECDSA, Ck.CKM_ECDSA);
        ecdsa(rows, KeyAlgorithm.ECDSA_SHA1, Ck.CKM_ECDSA_SHA1);
        ecdsa(rows, KeyAlgorithm.ECDSA_SHA224, Ck.CKM_ECDSA_SHA224);
        ecdsa(rows, KeyAlgorithm.ECDSA_SHA256, Ck.CKM_ECDSA_SHA256);
        ecdsa(rows, KeyAlgorithm.ECDSA_SHA384, Ck.CKM_ECDSA_SHA384);
        ecdsa(rows, KeyAlgorithm.ECDSA_SHA512, Ck.CKM_ECDSA_SHA512);
        put(rows, KeyAlgorithm.ECDH, KeyType.EC, Ck.CKM_ECDH1_DERIVE, Ck.CKF_DERIVE, Ck.CKA_DERIVE);
        aes(rows, KeyAlgorithm.AES_CBC_ENCRYPT, Ck.CKM_AES_CBC, Ck.CKF_ENCRYPT, Ck.CKA_ENCRYPT);
        aes(rows, KeyAlgorithm.AES_CBC_DECRYPT, Ck.CKM_AES_CBC, Ck.CKF_DECRYPT, Ck.CKA_DECRYPT);
        aes(rows, KeyAlgorithm.AES_CMAC, Ck.CKM_AES_CMAC, Ck.CKF_SIGN, Ck.CKA_SIGN);
        return rows;
    }

    private static void put(
            Map<KeyAlgorithm, Row> rows, KeyAlgorithm algorithm, KeyType type, long mechanism, long flag, long usage) {
        rows.put(algorithm, new Row(type, mechanism, algorithm.pkcs11().orElseThrow(), flag, usage));
    }

    private static void rsaSigning(Map<KeyAlgorithm, Row> rows, KeyAlgorithm algorithm, long mechanism) {
        put(rows, algorithm, KeyType.RSA, mechanism, Ck.CKF_SIGN, Ck.CKA_SIGN);
    }

    private static void rsaDecryption(Map<KeyAlgorithm, Row> rows, KeyAlgorithm algorithm, long mechanism) {
        put(rows, algorithm, KeyType.RSA, mechanism, Ck.CKF_DECRYPT, Ck.CKA_DECRYPT);
    }

    private static void ecdsa(Map<KeyAlgorithm, Row> rows, KeyAlgorithm algorithm, long mechanism) {
        put(rows, algorithm, KeyType.EC, mechanism, Ck.CKF_SIGN, Ck.CKA_SIGN);
    }

    private static void aes(
            Map<KeyAlgorithm, Row> rows, KeyAlgorithm algorithm, long mechanism, long flag, long usage) {
        put(rows, algorithm, KeyType.AES, mechanism, flag, usage);
    }

    /** The row of an algorithm; null if PKCS#11 has nothing for it. */
    static @Nullable Row row(KeyAlgorithm algorithm) {
        return ROWS.get(algorithm);
    }

    /** Whether a token has the mechanism for an algorithm, whichever the key. */
    public static boolean isAmong(Map<Long, MechanismInfo> mechanisms, KeyAlgorithm algorithm) {
        Row row = ROWS.get(algorithm);
        MechanismInfo mechanism = row == null ? null : mechanisms.get(row.mechanism());
        return row != null && mechanism != null && mechanism.has(row.flag());
    }

    /** What can be done with a key; where the key object cannot be seen before a login, what the token can. */
    static Set<KeyAlgorithm> available(TokenObjects.KeyEntry entry, Map<Long, MechanismInfo> mechanisms) {
        Set<KeyAlgorithm> available = EnumSet.noneOf(KeyAlgorithm.class);
        ROWS.forEach((algorithm, row) -> {
            MechanismInfo mechanism = mechanisms.get(row.mechanism());
            if (row.type() == entry.key().type()
                    && mechanism != null
                    && mechanism.has(row.flag())
                    && (entry.object() == null || entry.object().mayBe(row.usage()))) {
                available.add(algorithm);
            }
        });
        return available;
    }

    /** The names of algorithms' mechanisms, for messages; {@code none} if there are none. */
    static String names(Set<KeyAlgorithm> algorithms) {
        List<String> names = ROWS.entrySet().stream()
                .filter(row -> algorithms.contains(row.getKey()))
                .map(row -> row.getValue().name())
                .distinct()
                .sorted()
                .collect(Collectors.toList());
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
