// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.codec.HashAlgorithm;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hash functions are those of the standards, and no row of the mechanism table has another one. */
class HashAlgorithmTest {
    @ParameterizedTest
    @EnumSource(HashAlgorithm.class)
    void lengthAndObjectIdentifierAreTheStandards(HashAlgorithm hash) throws Exception {
        assertThat(MessageDigest.getInstance(hash.jca()).getDigestLength()).isEqualTo(hash.length());
        byte[] content = hash.oid();
        byte[] der = new byte[content.length + 2];
        der[0] = 6;
        der[1] = (byte) content.length;
        System.arraycopy(content, 0, der, 2, content.length);
        // The JDK knows its functions by their object identifiers, too.
        String dotted = ASN1ObjectIdentifier.getInstance(der).getId();
        assertThat(MessageDigest.getInstance(dotted).digest(content))
                .isEqualTo(MessageDigest.getInstance(hash.jca()).digest(content));
        assertThat(HashAlgorithm.named(hash.jca().toLowerCase(Locale.ROOT))).contains(hash);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA3-257", "SHA-3-256", "SHA-2", "MD5", "", "SHA3256"})
    void whatIsNotHereIsNoHash(String name) {
        assertThat(HashAlgorithm.named(name)).isEmpty();
    }

    @Test
    void aDeviceCountsItsHashesFromOne() {
        assertThat(List.of(0, 1, 2, 3, 4, 5, 6, -1).stream().map(HashAlgorithm::numbered))
                .containsExactly(
                        Optional.empty(),
                        Optional.of(HashAlgorithm.SHA1),
                        Optional.of(HashAlgorithm.SHA224),
                        Optional.of(HashAlgorithm.SHA256),
                        Optional.of(HashAlgorithm.SHA384),
                        Optional.of(HashAlgorithm.SHA512),
                        Optional.empty(),
                        Optional.empty());
        assertThat(MechanismTable.hashedByDevice(KeyAlgorithm.RSA_PKCS1, HashAlgorithm.SHA384))
                .contains(KeyAlgorithm.RSA_PKCS1_SHA384);
        assertThat(MechanismTable.hashedByDevice(KeyAlgorithm.RSA_PSS, HashAlgorithm.SHA1))
                .contains(KeyAlgorithm.RSA_PSS_SHA1);
        assertThat(MechanismTable.hashedByDevice(KeyAlgorithm.ECDSA, HashAlgorithm.SHA512))
                .contains(KeyAlgorithm.ECDSA_SHA512);
        assertThat(MechanismTable.hashedByDevice(KeyAlgorithm.ECDSA, HashAlgorithm.SHA3_256))
                .isEmpty();
        assertThat(MechanismTable.hashedByDevice(KeyAlgorithm.ECDSA, null)).isEmpty();
    }

    @Test
    void objectIdentifiersOfSignaturesAreTheStandards() {
        DefaultSignatureAlgorithmIdentifierFinder standard = new DefaultSignatureAlgorithmIdentifierFinder();
        List<Mechanism> rows = MechanismTable.all().stream()
                .filter(row -> row.type().equals("Signature")
                        && row.digest() != null
                        && !row.oids().isEmpty())
                .toList();
        assertThat(rows).hasSize(27);
        for (Mechanism row : rows) {
            assertThat(standard.find(row.name().replace("ECDSAinP1363Format", "PLAIN-ECDSA"))
                            .getAlgorithm()
                            .getId())
                    .isEqualTo(row.oids().get(0));
        }
    }
}
