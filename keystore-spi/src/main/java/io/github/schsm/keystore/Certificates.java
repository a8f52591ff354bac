// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.Cvc;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.codec.BarePublicKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.jspecify.annotations.Nullable;

/** Reads the certificates of a token and puts chains together. */
final class Certificates {
    private static final System.Logger LOGGER = System.getLogger(Certificates.class.getName());
    private static final int SEQUENCE = 0x30;

    private final Token token;

    Certificates(Token token) {
        this.token = token;
    }

    /**
     * A key's X.509 certificate, or the request that the device made for it; null if there is neither, or something
     * that is none, cannot be read or is for a key of another kind: that must not hide the other entries from programs
     * that list them.
     */
    @Nullable
    Certificate of(TokenKey key) throws SchsmException {
        if (!key.type().isPrivate()) {
            return null;
        }
        try {
            Optional<byte[]> stored = token.certificate(key);
            if (stored.isEmpty() || stored.get().length == 0) {
                return null;
            }
            Certificate certificate = parse(stored.get());
            if (fits(certificate.getPublicKey(), key.type())) {
                return certificate;
            }
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "what is stored as the certificate of {0} in device {1} is for no {2} key",
                    key,
                    PrintableText.of(token.id()),
                    key.type());
            return null;
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed)) {
                throw failed;
            }
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "what is stored as the certificate of {0} in device {1} is none: {2}",
                    key,
                    PrintableText.of(token.id()),
                    failed.getMessage());
            return null;
        }
    }

    private static boolean fits(PublicKey publicKey, KeyType type) {
        PublicKey numbers = PublicKeyNumbers.of(publicKey);
        return type == KeyType.EC
                ? numbers instanceof ECPublicKey ec
                        && EcCurve.of(ec.getParams()).isPresent()
                : numbers instanceof RSAPublicKey;
    }

    /** The same, or the key's public key alone, which some tokens tell only by a use of the key; null if none of them. */
    @Nullable
    Certificate orPublicKey(TokenKey key) throws SchsmException {
        Certificate certificate = of(key);
        if (certificate != null) {
            return certificate;
        }
        PublicKey publicKey = key.type().isPrivate() ? token.details(key).publicKey() : null;
        return publicKey == null ? null : new BarePublicKey(publicKey);
    }

    private Certificate parse(byte[] encoded) throws SchsmException {
        if (encoded[0] == SEQUENCE) {
            return X509Certificates.parse(encoded);
        }
        Cvc request = Cvc.parse(encoded);
        try {
            return request.isAttestedBy(token.identity()) ? request.withIdentity(token.identity()) : request;
        } catch (UnsupportedByDeviceException | UntrustedDeviceException noCertificatesOfTheDevice) {
            return request;
        }
    }

    /** A certificate of others; null if it cannot be read. */
    @Nullable
    X509Certificate of(TokenCertificate certificate) throws SchsmException {
        try {
            return X509Certificates.parse(token.certificate(certificate));
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed)) {
                throw failed;
            }
            return null;
        }
    }

    /** The certificate and its issuers on the token, as far as they are there. */
    List<X509Certificate> chain(X509Certificate leaf) throws SchsmException {
        return chain(leaf, all());
    }

    private List<X509Certificate> all() throws SchsmException {
        List<X509Certificate> all = new ArrayList<>();
        for (byte[] encoded : token.issuerCertificates()) {
            try {
                all.add(X509Certificates.parse(encoded));
            } catch (MalformedDataException notACertificate) {
                // A file that somebody else wrote badly must not hide the chains of the others.
                LOGGER.log(System.Logger.Level.DEBUG, "a certificate of {0}: {1}", token, notACertificate.getMessage());
            }
        }
        return all;
    }

    /**
     * The certificate and, one after the other, whichever of the candidates signed the one before: a self-signed one
     * before others, then the one with the key identifier that the certificate names, then the one that is valid longest.
     * No certificate and no holder's key comes twice, so authorities that certified each other make no circle.
     */
    static List<X509Certificate> chain(X509Certificate leaf, Collection<X509Certificate> candidates) {
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(leaf);
        X509Certificate last = leaf;
        while (!isSelfSigned(last)) {
            Optional<X509Certificate> issuer = issuer(last, chain, candidates);
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
            chain.add(last);
        }
        return chain;
    }

    private static Optional<X509Certificate> issuer(
            X509Certificate certificate, List<X509Certificate> chain, Collection<X509Certificate> candidates) {
        return candidates.stream()
                .filter(candidate -> chain.stream().noneMatch(other -> isSameHolder(candidate, other)))
                .filter(candidate -> X509Certificates.isIssuedBy(certificate, candidate))
                .min(Comparator.comparing((X509Certificate candidate) -> !isSelfSigned(candidate))
                        .thenComparing(candidate -> !isNamedBy(certificate, candidate))
                        .thenComparing(X509Certificate::getNotAfter, Comparator.reverseOrder()));
    }

    private static boolean isSelfSigned(X509Certificate certificate) {
        return X509Certificates.isIssuedBy(certificate, certificate);
    }

    private static boolean isSameHolder(X509Certificate one, X509Certificate other) {
        return one.getSubjectX500Principal().equals(other.getSubjectX500Principal())
                && PublicKeyNumbers.areEqual(one.getPublicKey(), other.getPublicKey());
    }

    /** Whether the certificate's authority key identifier is the other's subject key identifier (RFC 5280 4.2.1.1). */
    @SuppressWarnings("deprecation") // the new name of getKeyIdentifier() came with Bouncy Castle 1.79
    private static boolean isNamedBy(X509Certificate certificate, X509Certificate issuer) {
        byte[] authority = certificate.getExtensionValue(Extension.authorityKeyIdentifier.getId());
        byte[] subject = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        if (authority == null || subject == null) {
            return false;
        }
        try {
            byte[] wanted = AuthorityKeyIdentifier.getInstance(
                            ASN1OctetString.getInstance(authority).getOctets())
                    .getKeyIdentifier();
            byte[] offered = SubjectKeyIdentifier.getInstance(
                            ASN1OctetString.getInstance(subject).getOctets())
                    .getKeyIdentifier();
            return wanted != null && Arrays.equals(wanted, offered);
        } catch (IllegalArgumentException | IllegalStateException notThatStructure) {
            return false;
        }
    }

    /** The certificates above the leaf, each of which has signed the one before it. */
    static List<X509Certificate> issuers(X509Certificate leaf, Certificate @Nullable [] chain) throws SchsmException {
        List<X509Certificate> issuers = new ArrayList<>();
        if (chain == null) {
            return issuers;
        }
        X509Certificate last = leaf;
        for (int i = 1; i < chain.length; i++) {
            if (!(chain[i] instanceof X509Certificate given)) {
                throw new InvalidRequestException("element " + i + " of the certificate chain is of type "
                        + chain[i].getType() + "; X.509 certificates are stored");
            }
            X509Certificate issuer = X509Certificates.requireReadable(given);
            if (!X509Certificates.isIssuedBy(last, issuer)) {
                throw new InvalidRequestException("element " + i + " of the certificate chain, "
                        + issuer.getSubjectX500Principal() + ", did not sign the one before it, "
                        + last.getSubjectX500Principal() + ": put the chain in order, the key's certificate first");
            }
            issuers.add(issuer);
            last = issuer;
        }
        return issuers;
    }
}
