// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ECPoint;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates of every shape, the unusual ones too; the named issuer has signed each. */
public final class MadeCertificate {
    private static final AtomicLong SERIAL = new AtomicLong(7000);

    /** A holder of a key pair in software. */
    public record Authority(String name, KeyPair pair) {
        public static Authority named(String name) throws Exception {
            java.security.KeyPairGenerator generator = java.security.KeyPairGenerator.getInstance("EC", "SunEC");
            generator.initialize(256);
            return new Authority(name, generator.generateKeyPair());
        }

        /** A certificate for an authority, valid up to the end of a year. */
        public X509Certificate certify(Authority subject, int year, boolean withIdentifiers) throws Exception {
            return read(encode(
                    this,
                    subject.name,
                    SubjectPublicKeyInfo.getInstance(subject.pair.getPublic().getEncoded()),
                    year,
                    true,
                    withIdentifiers));
        }

        /** A certificate for a key. */
        public X509Certificate certify(String subject, PublicKey key, boolean withIdentifiers) throws Exception {
            return read(encode(
                    this, subject, SubjectPublicKeyInfo.getInstance(key.getEncoded()), 2050, false, withIdentifiers));
        }
    }

    private MadeCertificate() {}

    @SuppressWarnings("JavaUtilDate") // what the builder takes
    private static byte[] encode(
            Authority issuer, String subject, SubjectPublicKeyInfo key, int year, boolean ca, boolean withIdentifiers)
            throws Exception {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                new X500Name("CN=" + issuer.name),
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(Instant.parse("2026-01-01T00:00:00Z")),
                Date.from(Instant.parse(year + "-12-31T00:00:00Z")),
                new X500Name("CN=" + subject),
                key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        if (withIdentifiers) {
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    utils.createAuthorityKeyIdentifier(issuer.pair.getPublic()));
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.pair.getPrivate()))
                .getEncoded();
    }

    /** A certificate for a key in a form that the JDK may be unable to read. */
    public static byte[] of(SubjectPublicKeyInfo key) throws Exception {
        return encode(Authority.named("Another CA"), "key", key, 2050, false, false);
    }

    /** As the JDK reads it. */
    public static X509Certificate read(byte[] encoded) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509", "SUN").generateCertificate(new ByteArrayInputStream(encoded));
    }

    /** As Bouncy Castle reads it, which can read more. */
    public static X509Certificate readByOthers(byte[] encoded) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509", Pki.BC).generateCertificate(new ByteArrayInputStream(encoded));
    }

    // Forms of keys

    public static SubjectPublicKeyInfo usual(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded());
    }

    /** The same point, shorter. */
    public static SubjectPublicKeyInfo compressed(PublicKey key) {
        return ec(key, curve(key), true);
    }

    /** The curve written out. */
    public static SubjectPublicKeyInfo explicit(PublicKey key) {
        X9ECParameters parameters = ECNamedCurveTable.getByOID(curve(key));
        return ec(key, parameters, false);
    }

    private static ASN1ObjectIdentifier curve(PublicKey key) {
        return ASN1ObjectIdentifier.getInstance(SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getAlgorithm()
                .getParameters());
    }

    private static SubjectPublicKeyInfo ec(PublicKey key, ASN1Encodable parameters, boolean compressed) {
        X9ECParameters curve = ECNamedCurveTable.getByOID(curve(key));
        ECPublicKey ec = (ECPublicKey) key;
        byte[] point = new X9ECPoint(
                        curve.getCurve()
                                .createPoint(ec.getW().getAffineX(), ec.getW().getAffineY()),
                        compressed)
                .getPointEncoding();
        return new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, parameters), point);
    }

    /** A key on a curve that no device and no JDK has. */
    public static SubjectPublicKeyInfo unknownCurve() {
        X9ECParameters curve = ECNamedCurveTable.getByName("secp160r1");
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, ECNamedCurveTable.getOID("secp160r1")),
                curve.getG().getEncoded(false));
    }

    public static SubjectPublicKeyInfo rsa(PublicKey key, ASN1ObjectIdentifier algorithm) throws Exception {
        RSAPublicKey rsa = (RSAPublicKey) key;
        return new SubjectPublicKeyInfo(
                algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)
                        ? new AlgorithmIdentifier(algorithm, DERNull.INSTANCE)
                        : new AlgorithmIdentifier(algorithm),
                new org.bouncycastle.asn1.pkcs.RSAPublicKey(rsa.getModulus(), rsa.getPublicExponent()));
    }
}
