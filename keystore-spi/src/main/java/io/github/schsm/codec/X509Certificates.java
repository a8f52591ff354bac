// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;

/**
 * X.509 certificates on curves that the running JDK may not have: it parses them, but gives a public key of no use
 * and cannot verify with it.
 */
public final class X509Certificates {
    /** What the JDK calls an RSA key that is for PSS only. */
    public static final String RSASSA_PSS = "RSASSA-PSS";

    /** How the JDK names ECDSA signatures: the hash, and this behind it. */
    private static final String WITH_ECDSA = "withECDSA";

    private X509Certificates() {}

    /**
     * The certificate at the start of the bytes; what follows it in a file is ignored.
     *
     * @throws MalformedDataException if there is none
     */
    public static X509Certificate parse(byte[] encoded) throws MalformedDataException {
        byte[] der = Tlv.parseFirst(encoded).encoded();
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException malformed) {
            throw new MalformedDataException("X.509 certificate", String.valueOf(malformed.getMessage()));
        }
    }

    /** The key under id-RSASSA-PSS, without parameters: any hash. */
    public static RSAPublicKey forPss(RSAPublicKey key) {
        try {
            return (RSAPublicKey) KeyFactory.getInstance(RSASSA_PSS)
                    .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        } catch (GeneralSecurityException notInThisJvm) {
            throw new ProviderException("no provider of this JVM has keys for " + RSASSA_PSS, notInThisJvm);
        }
    }

    /**
     * The certificate's public key; an {@link ECPublicKey} for every curve a SmartCard-HSM knows, an
     * {@link java.security.interfaces.RSAPublicKey} under whichever object identifier of RSA.
     */
    public static PublicKey publicKey(X509Certificate certificate) {
        return PublicKeyNumbers.of(certificate.getPublicKey());
    }

    /**
     * The public key in a certificate that the running JDK may be unable to read, as it is where the point is compressed
     * or the curve written out.
     *
     * @throws MalformedDataException if it is no certificate, or the key neither RSA nor on one of the known curves
     */
    public static PublicKey publicKey(byte[] encoded) throws MalformedDataException {
        byte[] der = Tlv.parseFirst(encoded).encoded();
        try {
            return PublicKeyNumbers.parse(org.bouncycastle.asn1.x509.Certificate.getInstance(der)
                    .getSubjectPublicKeyInfo()
                    .getEncoded());
        } catch (IOException | IllegalArgumentException | IllegalStateException notThatStructure) {
            throw new MalformedDataException("X.509 certificate", String.valueOf(notThatStructure.getMessage()));
        }
    }

    /**
     * A certificate as it will be read from a token: what the running JDK cannot read, or cannot show as the certificate
     * of a key, is refused before it takes the place of something else.
     *
     * @param certificate of whichever maker
     * @throws InvalidRequestException if it would not be readable; the message says why and what to do
     */
    public static X509Certificate requireReadable(X509Certificate certificate) throws InvalidRequestException {
        X509Certificate read;
        try {
            read = parse(certificate.getEncoded());
        } catch (CertificateEncodingException | MalformedDataException unreadable) {
            throw new InvalidRequestException(
                    "the certificate of " + certificate.getSubjectX500Principal()
                            + " is not stored: the Java runtime could not read it afterwards ("
                            + unreadable.getMessage()
                            + "). Ask its issuer for one with an uncompressed point on a named curve, or under"
                            + " rsaEncryption",
                    unreadable);
        }
        return read;
    }

    /**
     * The same for the certificate of a key, which the JCA shows only if both have the same algorithm.
     *
     * @throws InvalidRequestException if it would not be readable or usable; the message says why and what to do
     */
    public static X509Certificate requireUsable(X509Certificate certificate) throws InvalidRequestException {
        X509Certificate read = requireReadable(certificate);
        if (!isUsable(read)) {
            throw new InvalidRequestException("the certificate of " + read.getSubjectX500Principal()
                    + " is not stored: Java programs could not use it, its key is under the algorithm "
                    + read.getPublicKey().getAlgorithm() + ". Ask its issuer for one under rsaEncryption or"
                    + " id-RSASSA-PSS, or for an EC key under id-ecPublicKey with a named curve");
        }
        return read;
    }

    /** Whether the JCA shows a certificate as that of a private key: {@link java.security.KeyStore.PrivateKeyEntry}. */
    public static boolean isUsable(X509Certificate certificate) {
        PublicKey numbers = publicKey(certificate);
        String algorithm = certificate.getPublicKey().getAlgorithm();
        if (numbers instanceof ECPublicKey ec) {
            return algorithm.equals("EC") && EcCurve.of(ec.getParams()).isPresent();
        }
        return numbers instanceof RSAPublicKey && (algorithm.equals("RSA") || algorithm.equals(RSASSA_PSS));
    }

    /** Whether the issuer's name is the one in the certificate and the issuer's key signed it. */
    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        PublicKey key = publicKey(issuer);
        try {
            if (key instanceof ECPublicKey ec) {
                Optional<EcCurve> curve = EcCurve.of(ec.getParams());
                if (curve.isPresent()) {
                    return isSignedBy(certificate, curve.get(), ec);
                }
            }
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException | ProviderException notByThisKey) {
            return false;
        }
    }

    private static boolean isSignedBy(X509Certificate certificate, EcCurve curve, ECPublicKey key)
            throws GeneralSecurityException {
        String name = certificate.getSigAlgName();
        if (!name.endsWith(WITH_ECDSA)) {
            certificate.verify(key);
            return true;
        }
        byte[] signed = MessageDigest.getInstance(name.substring(0, name.length() - WITH_ECDSA.length()))
                .digest(certificate.getTBSCertificate());
        return curve.verify(
                curve.encode(key.getW()),
                signed,
                EcdsaSignature.parse(certificate.getSignature()).plain(curve.orderLength()));
    }
}
