package io.github.schsm;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * X.509 certificates on curves that the running JDK may not have: it parses them, but gives a public key of no use
 * and cannot verify with it.
 */
public final class X509Certificates {
    private X509Certificates() {}

    /**
     * The certificate at the start of the bytes; what stands behind it in a file is ignored.
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

    /** The certificate's public key; an {@link ECPublicKey} for every curve a SmartCard-HSM knows. */
    public static PublicKey publicKey(X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        if (key instanceof ECPublicKey) {
            return key;
        }
        return ecKey(key).map(PublicKey.class::cast).orElse(key);
    }

    private static Optional<ECPublicKey> ecKey(PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null) {
            return Optional.empty();
        }
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(encoded);
        if (info.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier oid) {
            Optional<EcCurve> curve = EcCurve.named(oid.getId());
            if (curve.isPresent()) {
                try {
                    return Optional.of(
                            curve.get().publicKey(info.getPublicKeyData().getOctets()));
                } catch (MalformedDataException notAPointOfIt) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
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
        } catch (GeneralSecurityException notByThisKey) {
            return false;
        }
    }

    private static boolean isSignedBy(X509Certificate certificate, EcCurve curve, ECPublicKey key)
            throws GeneralSecurityException {
        String name = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (!name.startsWith("SHA") || !name.endsWith("WITHECDSA")) {
            return false;
        }
        String hash = "SHA-" + name.substring("SHA".length(), name.length() - "WITHECDSA".length());
        byte[] signed = MessageDigest.getInstance(hash).digest(certificate.getTBSCertificate());
        return curve.verify(
                curve.encode(key.getW()),
                signed,
                EcdsaSignature.parse(certificate.getSignature()).plain(curve.orderLength()));
    }
}
