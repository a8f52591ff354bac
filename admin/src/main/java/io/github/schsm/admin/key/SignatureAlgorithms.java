// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.Mechanism.Encoding;
import io.github.schsm.mechanism.MechanismTable;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which signature algorithm fits a key: as strong as the key, and one that the key may be used for. */
public final class SignatureAlgorithms {
    private static final String SIGNATURE = "Signature";
    private static final int BITS_OF_SHA256 = 256;
    private static final int BITS_OF_SHA384 = 384;
    private static final List<String> EC =
            List.of("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA", "SHA224withECDSA", "SHA1withECDSA");
    private static final List<String> RSA = List.of(
            "SHA256withRSA",
            "SHA256withRSAandMGF1",
            "SHA384withRSA",
            "SHA384withRSAandMGF1",
            "SHA512withRSA",
            "SHA512withRSAandMGF1");

    private SignatureAlgorithms() {}

    /**
     * The algorithm for certificates and requests that a key signs.
     *
     * @param key    the key
     * @param wanted the JCA's name of the algorithm, e.g. {@code SHA384withECDSA}; null for the one that fits: ECDSA with
     *               SHA-256 up to 256 bits, SHA-384 up to 384, else SHA-512; RSA with SHA-256 and PKCS#1 padding, or PSS where
     *               the key's algorithm list has that only
     * @return its standard name
     * @throws InvalidRequestException if the key cannot or may not sign so; the message lists what it may do
     */
    public static String ofCertificates(SchsmKey key, @Nullable String wanted) throws InvalidRequestException {
        KeyType type = key.key().type();
        if (type != KeyType.EC && type != KeyType.RSA) {
            throw new InvalidRequestException("\"" + key.label() + "\" is a secret key: only the key of a pair signs");
        }
        KeyDetails details = key.details();
        if (wanted == null) {
            return candidates(type, details)
                    .filter(name -> maySign(row(type, name), details))
                    .findFirst()
                    .orElseThrow(() -> mayNot(key, "sign certificates or requests"));
        }
        Mechanism row = row(type, wanted);
        if (row == null || row.hash() == null || row.encoding() == Encoding.P1363) {
            throw new InvalidRequestException("the algorithm " + wanted + " is none for certificates of " + type
                    + " keys: use one of "
                    + String.join(
                            ", ",
                            rows(type)
                                    .filter(one -> one.hash() != null && one.encoding() != Encoding.P1363)
                                    .map(Mechanism::name)
                                    .toList()));
        }
        if (!maySign(row, details)) {
            throw mayNot(key, "sign with " + row.name());
        }
        return row.name();
    }

    /**
     * The row of the mechanism table for an algorithm that verifies with this key.
     *
     * @param wanted the JCA's name; null for {@code SHA256withECDSA} or {@code SHA256withRSA}
     * @throws InvalidRequestException if there is none of that name for such a key; the message lists those that there are
     */
    static Mechanism ofSignatures(PublicKey key, @Nullable String wanted) throws InvalidRequestException {
        KeyType type = typeOf(key);
        String name = wanted == null ? type == KeyType.EC ? EC.get(0) : RSA.get(0) : wanted;
        Mechanism row = row(type, name);
        if (row == null) {
            throw new InvalidRequestException("the algorithm " + name + " is none for " + type + " keys: use one of "
                    + String.join(", ", rows(type).map(Mechanism::name).toList()));
        }
        return row;
    }

    private static KeyType typeOf(PublicKey key) throws InvalidRequestException {
        if (key instanceof ECPublicKey) {
            return KeyType.EC;
        }
        if (key instanceof RSAPublicKey) {
            return KeyType.RSA;
        }
        throw new InvalidRequestException(
                "the public key is of the algorithm " + key.getAlgorithm() + ": only EC and RSA keys are known here");
    }

    private static Stream<String> candidates(KeyType type, KeyDetails details) {
        if (type == KeyType.RSA) {
            return RSA.stream();
        }
        EcCurve curve = details.curve();
        int bits = curve == null ? details.size() : curve.bits();
        String fitting = bits <= BITS_OF_SHA256 ? EC.get(0) : bits <= BITS_OF_SHA384 ? EC.get(1) : EC.get(2);
        return Stream.concat(Stream.of(fitting), EC.stream());
    }

    private static Stream<Mechanism> rows(KeyType type) {
        return MechanismTable.all().stream().filter(row -> row.type().equals(SIGNATURE) && row.keyType() == type);
    }

    private static @Nullable Mechanism row(KeyType type, String name) {
        return rows(type)
                .filter(row -> row.name().equalsIgnoreCase(name)
                        || row.aliases().stream().anyMatch(alias -> alias.equalsIgnoreCase(name)))
                .findFirst()
                .orElse(null);
    }

    /** With the hash given, with the hash made by the device, or, for RSA, with the padding made here. */
    private static boolean maySign(@Nullable Mechanism row, KeyDetails details) {
        KeyAlgorithm family = row == null ? null : row.algorithm();
        if (row == null || family == null) {
            return false;
        }
        return details.isLetThrough(family)
                || MechanismTable.hashedByDevice(family, row.hash())
                        .filter(details::isLetThrough)
                        .isPresent()
                || (row.keyType() == KeyType.RSA && details.isLetThrough(KeyAlgorithm.RSA_RAW));
    }

    private static InvalidRequestException mayNot(SchsmKey key, String what) {
        return new InvalidRequestException("the key \"" + key.label() + "\" may not " + what + ": it was generated for "
                + key.details()
                        .algorithmNames()
                        .map(names -> String.join(", ", names))
                        .orElse("nothing")
                + " only, which cannot be changed; take another key");
    }
}
