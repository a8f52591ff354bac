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
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which mechanism stands for an algorithm of a key, and which of them a token has for a key: the module's list and its
 * flags say what the token can, the key's own flags what the key may. The names are those of the table of mechanisms.
 */
public final class Algorithms {
    /** What a mechanism has to be good for, and a key. */
    private enum Use {
        SIGN(Ck.CKF_SIGN, Ck.CKA_SIGN),
        ENCRYPT(Ck.CKF_ENCRYPT, Ck.CKA_ENCRYPT),
        DECRYPT(Ck.CKF_DECRYPT, Ck.CKA_DECRYPT),
        DERIVE(Ck.CKF_DERIVE, Ck.CKA_DERIVE);

        private final long flag;
        private final long attribute;

        Use(long flag, long attribute) {
            this.flag = flag;
            this.attribute = attribute;
        }
    }

    /**
     * An algorithm in PKCS#11.
     *
     * @param type      of the keys it is for
     * @param mechanism CKM_ value
     * @param name      CKM_ name
     */
    record Row(KeyType type, long mechanism, String name, Use use) {
        private boolean isIn(Map<Long, MechanismInfo> mechanisms) {
            MechanismInfo found = mechanisms.get(mechanism);
            return found != null && found.has(use.flag);
        }
    }

    private static final Map<KeyAlgorithm, Row> ROWS = rows();

    private Algorithms() {}

    private static Map<KeyAlgorithm, Row> rows() {
        Map<KeyAlgorithm, Row> rows = new EnumMap<>(KeyAlgorithm.class);
        put(rows, KeyAlgorithm.RSA_RAW, KeyType.RSA, Ck.CKM_RSA_X_509, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PKCS1, KeyType.RSA, Ck.CKM_RSA_PKCS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PKCS1_SHA1, KeyType.RSA, Ck.CKM_SHA1_RSA_PKCS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PKCS1_SHA224, KeyType.RSA, Ck.CKM_SHA224_RSA_PKCS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PKCS1_SHA256, KeyType.RSA, Ck.CKM_SHA256_RSA_PKCS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PKCS1_SHA384, KeyType.RSA, Ck.CKM_SHA384_RSA_PKCS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PKCS1_SHA512, KeyType.RSA, Ck.CKM_SHA512_RSA_PKCS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_PSS, KeyType.RSA, Ck.CKM_RSA_PKCS_PSS, Use.SIGN);
        put(rows, KeyAlgorithm.RSA_DECRYPT_RAW, KeyType.RSA, Ck.CKM_RSA_X_509, Use.DECRYPT);
        put(rows, KeyAlgorithm.RSA_DECRYPT_PKCS1, KeyType.RSA, Ck.CKM_RSA_PKCS, Use.DECRYPT);
        put(rows, KeyAlgorithm.RSA_DECRYPT_OAEP, KeyType.RSA, Ck.CKM_RSA_PKCS_OAEP, Use.DECRYPT);
        put(rows, KeyAlgorithm.ECDSA, KeyType.EC, Ck.CKM_ECDSA, Use.SIGN);
        put(rows, KeyAlgorithm.ECDSA_SHA1, KeyType.EC, Ck.CKM_ECDSA_SHA1, Use.SIGN);
        put(rows, KeyAlgorithm.ECDSA_SHA224, KeyType.EC, Ck.CKM_ECDSA_SHA224, Use.SIGN);
        put(rows, KeyAlgorithm.ECDSA_SHA256, KeyType.EC, Ck.CKM_ECDSA_SHA256, Use.SIGN);
        put(rows, KeyAlgorithm.ECDSA_SHA384, KeyType.EC, Ck.CKM_ECDSA_SHA384, Use.SIGN);
        put(rows, KeyAlgorithm.ECDSA_SHA512, KeyType.EC, Ck.CKM_ECDSA_SHA512, Use.SIGN);
        put(rows, KeyAlgorithm.ECDH, KeyType.EC, Ck.CKM_ECDH1_DERIVE, Use.DERIVE);
        put(rows, KeyAlgorithm.AES_CBC_ENCRYPT, KeyType.AES, Ck.CKM_AES_CBC, Use.ENCRYPT);
        put(rows, KeyAlgorithm.AES_CBC_DECRYPT, KeyType.AES, Ck.CKM_AES_CBC, Use.DECRYPT);
        put(rows, KeyAlgorithm.AES_CMAC, KeyType.AES, Ck.CKM_AES_CMAC, Use.SIGN);
        return rows;
    }

    private static void put(
            Map<KeyAlgorithm, Row> rows, KeyAlgorithm algorithm, KeyType type, long mechanism, Use use) {
        rows.put(algorithm, new Row(type, mechanism, algorithm.pkcs11().orElseThrow(), use));
    }

    /** The row of an algorithm; null if PKCS#11 has nothing for it. */
    static @Nullable Row row(KeyAlgorithm algorithm) {
        return ROWS.get(algorithm);
    }

    /** Whether a token has the mechanism for an algorithm, whichever the key. */
    public static boolean isAmong(Map<Long, MechanismInfo> mechanisms, KeyAlgorithm algorithm) {
        Row row = ROWS.get(algorithm);
        return row != null && row.isIn(mechanisms);
    }

    /** What can be done with a key; where the key object cannot be seen before a login, what the token can. */
    static Set<KeyAlgorithm> available(TokenObjects.KeyEntry entry, Map<Long, MechanismInfo> mechanisms) {
        Set<KeyAlgorithm> available = EnumSet.noneOf(KeyAlgorithm.class);
        ROWS.forEach((algorithm, row) -> {
            boolean fits = row.type() == entry.key().type() && row.isIn(mechanisms);
            if (fits && (entry.object() == null || entry.object().mayBe(row.use().attribute))) {
                available.add(algorithm);
            }
        });
        return available;
    }

    /** The names of algorithms' mechanisms, for messages; {@code none} if there are none. */
    static String names(Set<KeyAlgorithm> algorithms) {
        String names = ROWS.entrySet().stream()
                .filter(row -> algorithms.contains(row.getKey()))
                .map(row -> row.getValue().name())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "none" : names;
    }
}
