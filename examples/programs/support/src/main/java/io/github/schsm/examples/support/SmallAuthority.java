// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certification authority in software: a root and an issuer below it, both EC P-256. */
public final class SmallAuthority {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2056-01-01T00:00:00Z");
    private static final String ROOT = "CN=Cookbook Root, O=Example";
    private static final String ISSUER = "CN=Cookbook Issuer, O=Example";

    private static final ExtendedKeyUsage TIME_STAMPS = new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping);

    private final AtomicLong serial = new AtomicLong(1000);
    private final KeyPair rootKey;
    private final KeyPair issuerKey;
    private final X509Certificate root;
    private final X509Certificate issuer;

    /** Makes one. */
    public SmallAuthority() throws GeneralSecurityException {
        this.rootKey = ecKey();
        this.issuerKey = ecKey();
        this.root = certificate(ROOT, rootKey.getPrivate(), ROOT, rootKey.getPublic(), null);
        this.issuer = certificate(ROOT, rootKey.getPrivate(), ISSUER, issuerKey.getPublic(), null);
    }

    /** A new key in software: EC P-256. */
    public static KeyPair ecKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** The root's certificate, which programs are told to trust. */
    public X509Certificate root() {
        return root;
    }

    /** The issuer's certificate. */
    public X509Certificate issuer() {
        return issuer;
    }

    /** The issuer's key, for revocation lists and answers of OCSP. */
    public PrivateKey issuerKey() {
        return issuerKey.getPrivate();
    }

    /**
     * A certificate for localhost, 127.0.0.1, and alice@example.com, good for servers, clients, code, mail, and time stamps.
     *
     * @return the certificate and those above it, the root last
     */
    public X509Certificate[] chain(String name, PublicKey key, KeyPurposeId... purposes)
            throws GeneralSecurityException {
        KeyPurposeId[] all = purposes.length > 0
                ? purposes
                : new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth,
                    KeyPurposeId.id_kp_clientAuth,
                    KeyPurposeId.id_kp_codeSigning,
                    KeyPurposeId.id_kp_emailProtection
                };
        X509Certificate leaf = certificate(
                ISSUER, issuerKey.getPrivate(), "CN=" + name + ", O=Example", key, new ExtendedKeyUsage(all));
        return new X509Certificate[] {leaf, issuer, root};
    }

    /**
     * An authority below the root, which issues certificates itself.
     *
     * @return its certificate and the root's
     */
    public X509Certificate[] authority(String name, PublicKey key) throws GeneralSecurityException {
        return new X509Certificate[] {
            certificate(ROOT, rootKey.getPrivate(), "CN=" + name + ", O=Example", key, null), root
        };
    }

    @SuppressWarnings("JavaUtilDate") // what the builder takes
    private X509Certificate certificate(
            String issuerName, PrivateKey issuerKey, String subject, PublicKey key, @Nullable ExtendedKeyUsage purposes)
            throws GeneralSecurityException {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Principal(issuerName),
                    BigInteger.valueOf(serial.getAndIncrement()),
                    Date.from(BEGIN),
                    Date.from(END),
                    new X500Principal(subject),
                    key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(purposes == null));
            if (purposes == null) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            } else {
                // openssl wants a time stamp authority's key to do nothing else.
                int more = purposes.equals(TIME_STAMPS)
                        ? 0
                        : key.getAlgorithm().equals("RSA") ? KeyUsage.keyEncipherment : KeyUsage.keyAgreement;
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | more));
                builder.addExtension(Extension.extendedKeyUsage, purposes.size() == 1, purposes);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                    new GeneralName(GeneralName.rfc822Name, "alice@example.com")
                }));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey)));
        } catch (IOException | OperatorCreationException impossible) {
            throw new GeneralSecurityException("no certificate for " + subject, impossible);
        }
    }
}
