// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.codec.X509Certificates;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who issued a certificate, whatever the CA signs with. */
class IssuerSignaturesTest {
    private static final Provider BC = new BouncyCastleProvider();

    private static KeyPair pair(String algorithm, String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, BC);
        if (curve != null) {
            generator.initialize(new ECGenParameterSpec(curve));
        } else if (algorithm.equals("RSA")) {
            generator.initialize(1024);
        }
        return generator.generateKeyPair();
    }

    private static X509Certificate issue(String signature, KeyPair ca, String subject, KeyPair of) throws Exception {
        JcaContentSignerBuilder builder = signature.startsWith("PSS-")
                ? new JcaContentSignerBuilder(
                        "RSASSA-PSS",
                        new PSSParameterSpec(
                                signature.substring(4), "MGF1", new MGF1ParameterSpec(signature.substring(4)), 20, 1))
                : new JcaContentSignerBuilder(signature);
        ContentSigner signer = builder.setProvider(BC).build(ca.getPrivate());
        byte[] encoded = new JcaX509v3CertificateBuilder(
                        new X500Name("CN=CA"),
                        BigInteger.ONE,
                        Date.from(Instant.EPOCH),
                        Date.from(Instant.now()),
                        new X500Name(subject),
                        of.getPublic())
                .build(signer)
                .getEncoded();
        return X509Certificates.parse(encoded);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "SHA1withECDSA, EC, secp256r1",
                "SHA224withECDSA, EC, secp256r1",
                "SHA256withECDSA, EC, brainpoolP256r1",
                "SHA384withECDSA, EC, brainpoolP384r1",
                "SHA512withECDSA, EC, secp521r1",
                "SHA3-224withECDSA, EC, secp256r1",
                "SHA3-256withECDSA, EC, secp256r1",
                "SHA3-384withECDSA, EC, brainpoolP320r1",
                "SHA3-512withECDSA, EC, secp192r1",
                "SHA256withRSA, RSA, -",
                "SHA3-256withRSA, RSA, -",
                "PSS-SHA-256, RSA, -",
                "PSS-SHA-384, RSA, -",
                "Ed25519, Ed25519, -",
                "Ed448, Ed448, -",
            })
    void caIsFoundByItsSignatureAndByNoOtherKey(String signature, String algorithm, String curve) throws Exception {
        KeyPair ca = pair(algorithm, curve);
        KeyPair other = pair(algorithm, curve);
        KeyPair leaf = pair("EC", "secp256r1");
        X509Certificate issuer = issue(signature, ca, "CN=CA", ca);
        X509Certificate sameName = issue(signature, other, "CN=CA", other);
        X509Certificate certificate = issue(signature, ca, "CN=leaf", leaf);

        assertThat(X509Certificates.isIssuedBy(certificate, issuer)).isTrue();
        assertThat(X509Certificates.isIssuedBy(issuer, issuer)).isTrue();
        assertThat(X509Certificates.isIssuedBy(certificate, sameName)).isFalse();
    }
}
