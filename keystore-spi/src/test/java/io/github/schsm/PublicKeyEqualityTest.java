// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.codec.X509Certificates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Public keys next to the JDK's in sets, and through a stream and back. */
class PublicKeyEqualityTest {
    private static PublicKey ours(EcCurve curve) throws Exception {
        return curve.publicKey(curve.encode(curve.parameters().getGenerator()));
    }

    private static Object throughAStream(Object written) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(written);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void writtenKeysAreReadAsEqualKeys(EcCurve curve) throws Exception {
        PublicKey key = ours(curve);
        Object read = throughAStream(key);
        assertThat(read).isInstanceOf(ECPublicKey.class).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(key).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void equalKeysOfTheJdkAreEqualBothWaysAndHaveTheSameHashCode(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        for (int i = 0; i < 5; i++) {
            generator.initialize(new ECGenParameterSpec(name));
            ECPublicKey jdk = (ECPublicKey) generator.generateKeyPair().getPublic();
            EcCurve curve = EcCurve.of(jdk.getParams()).orElseThrow();
            PublicKey key = curve.publicKey(curve.encode(jdk.getW()));
            assertThat(key).isEqualTo(jdk).hasSameHashCodeAs(jdk);
            assertThat(jdk).isEqualTo(key);
            assertThat(new HashSet<>(Set.of(jdk))).contains((ECPublicKey) key);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genuine-2026-request-secp256k1",
                "genuine-2026-request-secp256r1",
                "genuine-2026-request-rsa2048"
            })
    void attestedKeysAreWrittenAsTheKeyAlone(String name) throws Exception {
        PublicKey attested = (PublicKey) AttestedPublicKey.of(
                Cvc.parse(Tlv.parseFirst(Vectors.read(name))), DeviceIdentity.parse(Vectors.read("genuine-2026-2F02")));
        Object read = throughAStream(attested);
        assertThat(read)
                .isNotInstanceOf(AttestedPublicKey.class)
                .isEqualTo(attested)
                .hasSameHashCodeAs(attested);
        assertThat(attested).isEqualTo(read);
    }

    /** The JDK knows neither curve nor key class, and keeps what a certificate says as an encoding. */
    @Test
    void keyThatTheJdkOnlyHasAsAnEncodingIsEqualBothWays() throws Exception {
        Provider bouncyCastle = new BouncyCastleProvider();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", bouncyCastle);
        generator.initialize(new ECGenParameterSpec("brainpoolP256r1"));
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=brainpool");
        byte[] encoded = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.EPOCH),
                        Date.from(Instant.now()),
                        name,
                        pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .setProvider(bouncyCastle)
                        .build(pair.getPrivate()))
                .getEncoded();
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        PublicKey key = X509Certificates.publicKey(certificate);
        PublicKey jdk = certificate.getPublicKey();
        assertThat(key).isInstanceOf(ECPublicKey.class).isEqualTo(jdk).hasSameHashCodeAs(jdk);
        assertThat(jdk).isEqualTo(key);
    }

    @Test
    void keysOfOtherProvidersAreEqualByPointAndCurve() throws Exception {
        PublicKey key = ours(EcCurve.BRAINPOOLP320R1);
        PublicKey other = KeyFactory.getInstance("EC", new BouncyCastleProvider())
                .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
        assertThat(key).isEqualTo(other);
    }
}
