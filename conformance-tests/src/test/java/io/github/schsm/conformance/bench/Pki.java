// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certification authority in software, and what else tests ask Bouncy Castle for, so that we don't check ourselves. */
public final class Pki {
    /** Never registered: tests name it. */
    public static final Provider BC = new BouncyCastleProvider();

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final AtomicLong SERIAL = new AtomicLong(1000);

    private final X509Certificate root;
    private final KeyPair issuerKey;
    private final X509Certificate issuer;

    private Pki(X509Certificate root, KeyPair issuerKey, X509Certificate issuer) {
        this.root = root;
        this.issuerKey = issuerKey;
        this.issuer = issuer;
    }

    /** A root and an issuer under it. */
    public static Pki create() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(256);
        KeyPair rootKey = generator.generateKeyPair();
        KeyPair issuerKey = generator.generateKeyPair();
        X509Certificate root =
                certificate("CN=Test Root", rootKey.getPrivate(), "CN=Test Root", rootKey.getPublic(), true, BEGIN);
        X509Certificate issuer =
                certificate("CN=Test Root", rootKey.getPrivate(), "CN=Test Issuer", issuerKey.getPublic(), true, BEGIN);
        return new Pki(root, issuerKey, issuer);
    }

    /** The root's certificate. */
    public X509Certificate root() {
        return root;
    }

    /** The issuer's certificate. */
    public X509Certificate issuer() {
        return issuer;
    }

    /** A certificate of the issuer for a key. */
    public X509Certificate issue(String name, PublicKey key) throws Exception {
        return issue(name, key, BEGIN);
    }

    /** A certificate of the issuer for a key, valid from then on. */
    public X509Certificate issue(String name, PublicKey key, Instant from) throws Exception {
        return certificate("CN=Test Issuer", issuerKey.getPrivate(), "CN=" + name, key, false, from);
    }

    /** The certificate and those above it. */
    public X509Certificate[] chain(X509Certificate leaf) {
        return new X509Certificate[] {leaf, issuer, root};
    }

    /** Stores a key with a chain of the issuer; the alias is the subject's common name. */
    public X509Certificate[] certify(KeyStore keyStore, String alias, KeyPair pair) throws Exception {
        X509Certificate[] chain = chain(issue(alias, pair.getPublic()));
        keyStore.setKeyEntry(alias, pair.getPrivate(), null, chain);
        return chain;
    }

    @SuppressWarnings("JavaUtilDate") // what the builder takes
    private static X509Certificate certificate(
            String issuerName, PrivateKey issuerKey, String name, PublicKey key, boolean ca, Instant begin)
            throws Exception {
        Date from = Date.from(begin);
        Date to = Date.from(Instant.parse("2056-01-01T00:00:00Z"));
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Principal(issuerName),
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                from,
                to,
                new X500Principal(name),
                key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey)));
    }

    /** The public key as Bouncy Castle reads its encoding, which knows curves that the JDK has not. */
    public static PublicKey publicKey(PublicKey key) throws Exception {
        return java.security.KeyFactory.getInstance(key.getAlgorithm(), BC)
                .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
    }

    /** Whether Bouncy Castle finds the signature right. */
    public static boolean verifies(String algorithm, PublicKey key, byte[] data, byte[] signature) throws Exception {
        String name = algorithm.replace("inP1363Format", "");
        Signature verifier =
                Signature.getInstance(name.equals(algorithm) ? name : name.replace("with", "withPLAIN-"), BC);
        verifier.initVerify(publicKey(key));
        verifier.update(data);
        return verifier.verify(signature);
    }

    /** That a key of a provider makes signatures that its public key verifies. */
    public static void assertSigns(Provider provider, Key key, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign((PrivateKey) key);
        assertThat(verifies("SHA256withECDSA", pair.getPublic(), new byte[0], signature.sign()))
                .isTrue();
    }
}
