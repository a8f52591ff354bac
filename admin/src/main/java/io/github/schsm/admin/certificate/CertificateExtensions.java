// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.jspecify.annotations.Nullable;

/** Puts the extensions of requests and certificates together. */
final class CertificateExtensions {
    private final ExtensionsGenerator generator = new ExtensionsGenerator();

    private CertificateExtensions add(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) {
        try {
            generator.addExtension(type, critical, value);
            return this;
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /** @param subjectIsEmpty then they are the only names: nobody may pass over them */
    CertificateExtensions names(List<SubjectAlternativeName> names, boolean subjectIsEmpty) {
        return names.isEmpty()
                ? this
                : add(
                        Extension.subjectAlternativeName,
                        subjectIsEmpty,
                        new GeneralNames(names.stream()
                                .map(SubjectAlternativeName::encoded)
                                .toArray(GeneralName[]::new)));
    }

    CertificateExtensions usages(Collection<KeyUsages.Bit> usages) {
        return usages.isEmpty()
                ? this
                : add(
                        Extension.keyUsage,
                        true,
                        new KeyUsage(
                                usages.stream().mapToInt(KeyUsages.Bit::value).reduce(0, (one, other) -> one | other)));
    }

    /** Critical for time stamping alone, as RFC 3161 demands. */
    CertificateExtensions purposes(List<KeyPurposeId> purposes) {
        return purposes.isEmpty()
                ? this
                : add(
                        Extension.extendedKeyUsage,
                        purposes.equals(List.of(KeyPurposeId.id_kp_timeStamping)),
                        new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
    }

    CertificateExtensions constraints(@Nullable BasicConstraints constraints) {
        return constraints == null ? this : add(Extension.basicConstraints, constraints.isCA(), constraints);
    }

    CertificateExtensions subjectKey(SubjectPublicKeyInfo key) {
        return add(Extension.subjectKeyIdentifier, false, identifiers().createSubjectKeyIdentifier(key));
    }

    CertificateExtensions authorityKey(AuthorityKeyIdentifier identifier) {
        return add(Extension.authorityKeyIdentifier, false, identifier);
    }

    CertificateExtensions revocationLists(List<URI> points) {
        if (points.isEmpty()) {
            return this;
        }
        DistributionPoint[] all = points.stream()
                .map(uri -> new DistributionPoint(
                        new DistributionPointName(new GeneralNames(
                                new GeneralName(GeneralName.uniformResourceIdentifier, uri.toASCIIString()))),
                        null,
                        null))
                .toArray(DistributionPoint[]::new);
        return add(Extension.cRLDistributionPoints, false, new CRLDistPoint(all));
    }

    boolean isEmpty() {
        return generator.isEmpty();
    }

    Extensions build() {
        return generator.generate();
    }

    /** How certificates and lists of an issuer name its key: as its own certificate does. */
    static AuthorityKeyIdentifier authority(@Nullable SubjectKeyIdentifier ofIssuer, SubjectPublicKeyInfo key) {
        SubjectKeyIdentifier identifier = ofIssuer == null ? identifiers().createSubjectKeyIdentifier(key) : ofIssuer;
        return new AuthorityKeyIdentifier(identifier.getKeyIdentifier());
    }

    /** SHA-1 of the key's bits (RFC 5280, 4.2.1.2): a name for it, not a protection. */
    private static X509ExtensionUtils identifiers() {
        try {
            return new JcaX509ExtensionUtils();
        } catch (NoSuchAlgorithmException noSha1) {
            throw new IllegalStateException(noSha1);
        }
    }
}
