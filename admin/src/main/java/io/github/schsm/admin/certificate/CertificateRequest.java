// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.codec.PublicKeyNumbers;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.DefaultSignatureNameFinder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;

/** A PKCS#10 request for a certificate (CSR): one that a key of a device signed, or one that somebody sent. */
public final class CertificateRequest {
    private static final String PEM_BEGIN = "-----BEGIN ";
    private static final String PEM_TYPE = "CERTIFICATE REQUEST";

    private final PKCS10CertificationRequest request;
    private final @Nullable Extensions extensions;
    private final List<GeneralName> names;
    private final String subject;
    private final Set<KeyUsages.Bit> usages;
    private final List<KeyPurposeId> purposes;

    /** Reads the parts that are asked for later, so that what is malformed is seen at once. */
    private CertificateRequest(PKCS10CertificationRequest request) {
        this.request = request;
        extensions = request.getRequestedExtensions();
        GeneralNames all =
                extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        names = all == null ? List.of() : Arrays.asList(all.getNames());
        subject = text(request.getSubject());
        usages = EnumSet.noneOf(KeyUsages.Bit.class);
        KeyUsage usage = extensions == null ? null : KeyUsage.fromExtensions(extensions);
        for (KeyUsages.Bit bit : KeyUsages.Bit.values()) {
            if (usage != null && usage.hasUsages(bit.value())) {
                usages.add(bit);
            }
        }
        ExtendedKeyUsage extended = extensions == null ? null : ExtendedKeyUsage.fromExtensions(extensions);
        purposes = extended == null ? List.of() : List.of(extended.getUsages());
    }

    /**
     * Asks for a certificate for a key, and has the key sign that.
     *
     * @param key     the key; a use of it is counted, where it has a use counter
     * @param profile the subject, which may only be left out if there are other names; names, usages and basic constraints;
     *                the signature algorithm, or that which fits the key
     * @throws InvalidRequestException  if the profile has no name at all, or the key may not sign
     * @throws GeneralSecurityException if the device does not sign
     */
    public static CertificateRequest create(DeviceKey key, CertificateProfile profile) throws GeneralSecurityException {
        X500Name subject = profile.subjectName();
        if (subject == null && profile.subjectAltNames().isEmpty()) {
            throw new InvalidRequestException(
                    "the request has no name: give a subject, such as CN=www.example.org, or a subject alternative name");
        }
        CertificateExtensions extensions = new CertificateExtensions()
                .names(profile.subjectAltNames(), subject == null)
                .usages(profile.keyUsages())
                .purposes(profile.extendedKeyUsages())
                .constraints(profile.basicConstraints());
        PKCS10CertificationRequestBuilder builder = new PKCS10CertificationRequestBuilder(
                subject == null ? new X500Name(new org.bouncycastle.asn1.x500.RDN[0]) : subject,
                SubjectPublicKeyInfo.getInstance(key.publicKey().getEncoded()));
        if (!extensions.isEmpty()) {
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.build());
        }
        return new CertificateRequest(Signing.with(key, profile.algorithm().orElse(null), builder::build));
    }

    /**
     * Reads a request. Whether its signature is that of its key is not checked: see {@link #verify}.
     *
     * @param what    what it is called, for the message
     * @param content DER or PEM
     * @throws MalformedDataException if it is none
     */
    public static CertificateRequest parse(String what, byte[] content) throws MalformedDataException {
        try {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            int begin = text.indexOf(PEM_BEGIN);
            if (begin < 0) {
                return new CertificateRequest(new PKCS10CertificationRequest(content));
            }
            try (PemReader reader = new PemReader(new StringReader(text.substring(begin)))) {
                PemObject read = reader.readPemObject();
                if (read == null || !read.getType().endsWith(PEM_TYPE)) {
                    throw new MalformedDataException(
                            what,
                            (read == null ? "its PEM block has no end" : "it is PEM of a " + read.getType()) + "; a "
                                    + PEM_TYPE + " is expected");
                }
                return new CertificateRequest(new PKCS10CertificationRequest(read.getContent()));
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException | ClassCastException none) {
            throw new MalformedDataException(
                    what, "it is no PKCS#10 request, neither DER nor PEM: " + none.getMessage());
        }
    }

    /** The request in DER. */
    public byte[] der() {
        try {
            return request.getEncoded();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /** The request in PEM. */
    public byte[] pem() {
        return PublicKeyFormat.pem(PEM_TYPE, der());
    }

    /** The subject, RFC 2253; empty if there is none. */
    public String subject() {
        return subject;
    }

    private static String text(X500Name name) {
        try {
            return new X500Principal(name.getEncoded()).getName();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /** The names besides the subject, as far as their kinds are known here. */
    public List<SubjectAlternativeName> subjectAltNames() {
        return names.stream()
                .map(SubjectAlternativeName::of)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    /** The key usages that are asked for, by their names in RFC 5280. */
    public List<String> keyUsages() {
        return usages.stream().map(KeyUsages.Bit::text).toList();
    }

    /** The extended key usages that are asked for, by name or object identifier. */
    public List<String> extendedKeyUsages() {
        return purposes.stream().map(KeyUsages::text).toList();
    }

    /** The algorithm of its signature, e.g. {@code SHA256WITHECDSA}. */
    public String algorithm() {
        // Bouncy Castle writes it in capitals, everything else here as the JCA does.
        return new DefaultSignatureNameFinder()
                .getAlgorithmName(request.getSignatureAlgorithm())
                .replace("WITH", "with")
                .replace("AND", "and");
    }

    /**
     * The key that the certificate is asked for.
     *
     * @throws MalformedDataException if it is neither RSA nor on one of the known curves
     */
    public PublicKey publicKey() throws MalformedDataException {
        try {
            return PublicKeyNumbers.parse(request.getSubjectPublicKeyInfo().getEncoded());
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /**
     * Checks that the maker of the request has the private key.
     *
     * @throws InvalidRequestException if its signature is not that of the key in it
     */
    public void verify() throws InvalidRequestException {
        if (!Signing.isGood(request.getSubjectPublicKeyInfo(), request::isSignatureValid)) {
            throw new InvalidRequestException("the request of \"" + subject()
                    + "\" is not signed by the key in it: it is damaged, or its maker does not have the key; ask"
                    + " for a new one");
        }
    }

    X500Name subjectName() {
        return request.getSubject();
    }

    SubjectPublicKeyInfo publicKeyInfo() {
        return request.getSubjectPublicKeyInfo();
    }

    /** How many names are of kinds that are not known here. */
    int unknownNames() {
        return (int) names.stream()
                .filter(name -> SubjectAlternativeName.of(name).isEmpty())
                .count();
    }

    Set<KeyUsages.Bit> usages() {
        return Collections.unmodifiableSet(usages);
    }

    List<KeyPurposeId> purposes() {
        return purposes;
    }

    /** What it asks for besides names and usages. */
    List<String> otherExtensions() {
        List<String> others = new ArrayList<>();
        if (extensions != null) {
            for (var type : extensions.getExtensionOIDs()) {
                if (type.equals(Extension.basicConstraints)) {
                    others.add("basicConstraints");
                } else if (!type.equals(Extension.subjectAlternativeName)
                        && !type.equals(Extension.keyUsage)
                        && !type.equals(Extension.extendedKeyUsage)) {
                    others.add("extension " + type.getId());
                }
            }
        }
        return others;
    }
}
