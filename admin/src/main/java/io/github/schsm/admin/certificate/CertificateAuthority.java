// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.certificate.CertificateProfile.Copied;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A small CA: its key is in a device, its records are in a folder. Several processes may use the folder at once.
 *
 * <p>A certificate that was signed is in the records before a program gets to see it: what is not there was not issued.
 */
public final class CertificateAuthority {
    private static final int MOST_SERIAL_BITS = 159;

    private final CaFolder folder;
    private final CaFolder.State opened;
    private final Clock clock;
    private final X509CertificateHolder holder;

    private CertificateAuthority(CaFolder folder, CaFolder.State opened, Clock clock) throws SchsmException {
        this.folder = folder;
        this.opened = opened;
        this.clock = clock;
        try {
            holder = new X509CertificateHolder(opened.certificate().getEncoded());
        } catch (IOException | CertificateEncodingException unreadable) {
            throw new InvalidRequestException(
                    "the CA's certificate cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * The CA in a folder.
     *
     * @throws SchsmException if there is none, or its files cannot be read or are damaged
     */
    public static CertificateAuthority open(Path folder, Clock clock) throws SchsmException {
        CaFolder files = new CaFolder(folder);
        return new CertificateAuthority(files, files.state(), clock);
    }

    /**
     * Refuses a folder in which no CA can be made: it has to be new, or empty, and one that can be written to.
     *
     * @throws InvalidRequestException the message says why
     */
    public static void requireFree(Path folder) throws SchsmException {
        new CaFolder(folder).requireFree();
    }

    /**
     * Makes a CA: its folder, and its certificate with the key on the device, where it is not there already. What fails
     * leaves neither.
     *
     * @param folder      a new or empty folder
     * @param key         the CA's key
     * @param certificate the key's certificate: self-signed, or one of another CA
     * @param keeper      keeps the key's attestation, which the certificate ends; null to give it up
     * @throws InvalidRequestException  if the folder is not free, or the certificate another key's or not a CA's
     * @throws GeneralSecurityException if the device does not store the certificate
     */
    public static CertificateAuthority init(
            Path folder,
            DeviceKey key,
            X509Certificate certificate,
            CertificateImport.@Nullable AttestationKeeper keeper,
            Clock clock)
            throws GeneralSecurityException {
        requireCa(certificate);
        CaFolder files = new CaFolder(folder);
        CaFolder.State state = new CaFolder.State(certificate, key.label(), BigInteger.ZERO);
        CertificateAuthority made = new CertificateAuthority(files, state, clock);
        made.requireOwn(key);
        files.begin(state);
        try {
            if (!certificate.equals(key.keyStore().getCertificate(key.label()))) {
                CertificateImport.store(
                        key.keyStore(), new CertificateImport.KeyChain(key.label(), List.of(certificate)), keeper);
            }
            return made;
        } catch (GeneralSecurityException failed) {
            files.end(failed);
            throw failed;
        }
    }

    /**
     * Refuses a certificate that may not issue others.
     *
     * @throws InvalidRequestException the message says what it lacks
     */
    public static void requireCa(X509Certificate certificate) throws InvalidRequestException {
        boolean[] usage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0) {
            throw new InvalidRequestException("the certificate of \"" + name(certificate)
                    + "\" is not a CA's: it needs basicConstraints = CA:TRUE");
        }
        if (usage != null && !(usage[5] && usage[6])) {
            throw new InvalidRequestException("the certificate of \"" + name(certificate)
                    + "\" does not allow to issue certificates and CRLs: it needs keyUsage = keyCertSign, cRLSign");
        }
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    /** The CA's certificate. */
    public X509Certificate certificate() {
        return opened.certificate();
    }

    /** The label of the CA's key on the device. */
    public String keyLabel() {
        return opened.label();
    }

    /**
     * What was issued.
     *
     * @param recorded  the certificate, as it is recorded
     * @param notCopied what the request asked for and the profile does not take over, by names of extensions
     */
    public record Issue(IssuedCertificate recorded, List<String> notCopied) {
        /** Copies the list. */
        public Issue {
            notCopied = List.copyOf(notCopied);
        }
    }

    /**
     * Issues a certificate, and records it.
     *
     * @param key     the CA's key
     * @param request the request, whose signature is verified
     * @param profile what the certificate says, and what of the request it may take over
     * @param serial  its serial number, one to 159 bits; null for a random one of 128 bits
     * @throws InvalidRequestException  if the request is not signed by its key, has a name, usage or subject that the
     *                                  profile does not allow, the time is not within the CA's, the serial number was used
     *                                  before, or the folder cannot be written; nothing was signed then
     * @throws GeneralSecurityException if the device does not sign
     */
    public Issue issue(
            DeviceKey key, CertificateRequest request, CertificateProfile profile, @Nullable BigInteger serial)
            throws GeneralSecurityException {
        requireOwn(key);
        request.verify();
        // A key that programs could not use is found before it has a certificate.
        request.publicKey();
        if (serial != null && (serial.signum() <= 0 || serial.bitLength() > MOST_SERIAL_BITS)) {
            throw new InvalidRequestException("the serial number " + serial.toString(16)
                    + " cannot be used: it is positive and has at most 20 bytes");
        }
        List<String> notCopied = new ArrayList<>(request.otherExtensions());
        X500Name subject = subject(request, profile);
        List<SubjectAlternativeName> names = names(request, profile, notCopied);
        if (subject.getRDNs().length == 0 && names.isEmpty()) {
            throw new InvalidRequestException(
                    "the certificate would have no name: the request has none that the profile takes over");
        }
        BasicConstraints constraints = constraints(profile);
        CertificateExtensions extensions = new CertificateExtensions()
                .subjectKey(request.publicKeyInfo())
                .authorityKey(authorityKey())
                .constraints(constraints)
                .usages(usages(request, profile, notCopied))
                .purposes(purposes(request, profile, notCopied))
                .names(names, subject.getRDNs().length == 0)
                .revocationLists(profile.crlDistributionPoints());
        return folder.locked(() -> {
            List<IssuedCertificate> index = new ArrayList<>(folder.index());
            BigInteger number = serial == null ? unused(index) : requireUnused(index, serial);
            Instant from = now();
            X509Certificate certificate = Certificates.sign(
                    key,
                    profile.algorithm().orElse(null),
                    new Certificates.Content(
                            holder.getSubject(),
                            number,
                            from,
                            end(from, profile),
                            subject,
                            request.publicKeyInfo(),
                            extensions.build()));
            IssuedCertificate issued = new IssuedCertificate(certificate, from, null, null);
            index.add(issued);
            folder.write(index);
            return new Issue(issued, notCopied);
        });
    }

    /**
     * Records that a certificate is not valid anymore. Others learn it from the next CRL.
     *
     * @throws InvalidRequestException if this CA has not issued it, or it was revoked before
     */
    public IssuedCertificate revoke(BigInteger serial, RevocationReason reason) throws GeneralSecurityException {
        return folder.locked(() -> {
            List<IssuedCertificate> index = new ArrayList<>(folder.index());
            IssuedCertificate issued = find(index, serial);
            Instant before = issued.revokedAt();
            if (before != null) {
                throw new InvalidRequestException("the certificate " + issued.serialText() + " was revoked at " + before
                        + " already (" + Objects.requireNonNull(issued.reason()).text() + ")");
            }
            IssuedCertificate revoked = issued.revoked(now(), reason);
            index.set(index.indexOf(issued), revoked);
            folder.write(index);
            return revoked;
        });
    }

    /**
     * A revocation list.
     *
     * @param der        the list
     * @param number     its number
     * @param thisUpdate when it was made
     * @param nextUpdate when there will be another one
     * @param revoked    how many certificates are on it
     */
    public record RevocationList(byte[] der, BigInteger number, Instant thisUpdate, Instant nextUpdate, int revoked) {}

    /**
     * Signs a list of all certificates that were revoked.
     *
     * @param key  the CA's key
     * @param days when the next list is due
     * @param algorithm the signature algorithm; null for the one that fits the key
     */
    public RevocationList crl(DeviceKey key, int days, @Nullable String algorithm) throws GeneralSecurityException {
        requireOwn(key);
        requireNotExpired(now());
        return folder.locked(() -> {
            CaFolder.State next = folder.state().withNextCrl();
            Instant from = now();
            Instant to = from.plus(days, ChronoUnit.DAYS);
            X509v2CRLBuilder builder = new X509v2CRLBuilder(holder.getSubject(), Date.from(from));
            builder.setNextUpdate(Date.from(to));
            int revoked = 0;
            for (IssuedCertificate issued : folder.index()) {
                Instant at = issued.revokedAt();
                if (at != null) {
                    builder.addCRLEntry(
                            issued.serial(),
                            Date.from(at),
                            Objects.requireNonNull(issued.reason()).number());
                    revoked++;
                }
            }
            try {
                builder.addExtension(Extension.authorityKeyIdentifier, false, authorityKey());
                builder.addExtension(Extension.cRLNumber, false, new CRLNumber(next.crlNumber()));
                X509CRLHolder signed = Signing.with(key, algorithm, builder::build);
                // A number that was given out is not given out again, whatever becomes of the list.
                folder.write(next);
                return new RevocationList(signed.getEncoded(), next.crlNumber(), from, to, revoked);
            } catch (IOException inMemory) {
                throw new UncheckedIOException(inMemory);
            }
        });
    }

    /** Everything this CA has issued, in the order of issue. */
    public List<IssuedCertificate> issued() throws SchsmException {
        return folder.index();
    }

    /**
     * The certificate of that serial number.
     *
     * @throws InvalidRequestException if this CA has not issued it
     */
    public IssuedCertificate issued(BigInteger serial) throws SchsmException {
        return find(folder.index(), serial);
    }

    private static IssuedCertificate find(List<IssuedCertificate> index, BigInteger serial)
            throws InvalidRequestException {
        return index.stream()
                .filter(one -> one.serial().equals(serial))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("this CA has issued no certificate with serial number "
                        + Certificates.serialText(serial) + ": schsm ca list shows all"));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private void requireOwn(DeviceKey key) throws InvalidRequestException {
        if (!PublicKeyNumbers.areEqual(X509Certificates.publicKey(certificate()), key.publicKey())) {
            throw new InvalidRequestException("the key \"" + key.label() + "\" of device " + key.deviceId()
                    + " is not the key of the CA \"" + name(certificate()) + "\"");
        }
    }

    private void requireNotExpired(Instant now) throws InvalidRequestException {
        Instant end = certificate().getNotAfter().toInstant();
        Instant begin = certificate().getNotBefore().toInstant();
        if (now.isAfter(end) || now.isBefore(begin)) {
            throw new InvalidRequestException("the certificate of the CA \"" + name(certificate()) + "\" is valid from "
                    + begin + " to " + end + ", not today: nothing can be signed under it; make a new CA");
        }
    }

    private Instant end(Instant from, CertificateProfile profile) throws InvalidRequestException {
        requireNotExpired(from);
        Instant last = certificate().getNotAfter().toInstant();
        if (profile.days().isEmpty()) {
            Instant usual = from.plus(Certificates.DEFAULT_DAYS, ChronoUnit.DAYS);
            return usual.isAfter(last) ? last : usual;
        }
        Instant end = from.plus(profile.days().getAsInt(), ChronoUnit.DAYS);
        if (end.isAfter(last)) {
            throw new InvalidRequestException(
                    "the certificate would be valid until " + end + ", but that of the CA ends " + last
                            + ": give fewer days, at most " + ChronoUnit.DAYS.between(from, last));
        }
        return end;
    }

    private static BigInteger unused(List<IssuedCertificate> index) {
        BigInteger serial = Certificates.randomSerial();
        while (isUsed(index, serial)) {
            serial = Certificates.randomSerial();
        }
        return serial;
    }

    private static boolean isUsed(List<IssuedCertificate> index, BigInteger serial) {
        return index.stream().anyMatch(one -> one.serial().equals(serial));
    }

    private BigInteger requireUnused(List<IssuedCertificate> index, BigInteger serial) throws InvalidRequestException {
        if (isUsed(index, serial) || serial.equals(certificate().getSerialNumber())) {
            throw new InvalidRequestException("the serial number " + Certificates.serialText(serial)
                    + " is used already: a CA uses each once only; give another, or none");
        }
        return serial;
    }

    private AuthorityKeyIdentifier authorityKey() {
        SubjectPublicKeyInfo key = holder.getSubjectPublicKeyInfo();
        return CertificateExtensions.authority(
                holder.getExtensions() == null ? null : SubjectKeyIdentifier.fromExtensions(holder.getExtensions()),
                key);
    }

    private X500Name subject(CertificateRequest request, CertificateProfile profile) throws InvalidRequestException {
        X500Name fixed = profile.subjectName();
        if (fixed != null) {
            return fixed;
        }
        if (!profile.copied().contains(Copied.SUBJECT)) {
            return new X500Name(new RDN[0]);
        }
        X500Name asked = request.subjectName();
        if (asked.equals(holder.getSubject())) {
            throw new InvalidRequestException("the request is refused: its subject \"" + request.subject()
                    + "\" is the CA's own name, under which nobody else gets a certificate; only a profile can give that"
                    + " subject");
        }
        List<AttributeTypeAndValue> attributes = Arrays.stream(asked.getRDNs())
                .flatMap(rdn -> Arrays.stream(rdn.getTypesAndValues()))
                .toList();
        Set<ASN1ObjectIdentifier> allowed = profile.subjectAllow();
        for (AttributeTypeAndValue attribute : attributes) {
            String value = CertificateProfile.valueOf(attribute);
            if (!PrintableText.of(value).equals(value)) {
                throw new InvalidRequestException(
                        "the request is refused: its subject has characters that are not seen in "
                                + attributeName(attribute.getType()) + "=" + value);
            }
            if (allowed != null && !allowed.contains(attribute.getType())) {
                throw refused(
                        "the subject \"" + request.subject() + "\" has " + attributeName(attribute.getType()),
                        "subject.allow",
                        allowed.stream()
                                .map(CertificateAuthority::attributeName)
                                .toList());
            }
        }
        for (AttributeTypeAndValue required : profile.subjectRequire()) {
            String value = CertificateProfile.valueOf(required);
            List<String> there = attributes.stream()
                    .filter(one -> one.getType().equals(required.getType()))
                    .map(CertificateProfile::valueOf)
                    .toList();
            if (!there.equals(List.of(value))) {
                throw new InvalidRequestException("the request is refused: the subject \"" + request.subject()
                        + "\" does not have " + attributeName(required.getType()) + "=" + value
                        + " once, as the profile demands (subject.require)");
            }
        }
        return asked;
    }

    private static String attributeName(ASN1ObjectIdentifier type) {
        String name = BCStyle.INSTANCE.oidToDisplayName(type);
        return name == null ? type.getId() : name;
    }

    private static List<SubjectAlternativeName> names(
            CertificateRequest request, CertificateProfile profile, List<String> notCopied)
            throws InvalidRequestException {
        List<SubjectAlternativeName> asked = request.subjectAltNames();
        if (request.unknownNames() > 0) {
            notCopied.add("subjectAltName of an unknown kind");
        }
        if (!profile.subjectAltNames().isEmpty() || !profile.copied().contains(Copied.SUBJECT_ALT_NAME)) {
            if (!asked.isEmpty() && !asked.equals(profile.subjectAltNames())) {
                notCopied.add(Copied.SUBJECT_ALT_NAME.text());
            }
            return profile.subjectAltNames();
        }
        List<NamePattern> allowed = profile.subjectAltNameAllow();
        for (SubjectAlternativeName name : asked) {
            // The maker of the request may have written anything there.
            SubjectAlternativeName.parse(name.toString());
            if (allowed != null && allowed.stream().noneMatch(pattern -> pattern.allows(name))) {
                throw refused(
                        "it asks for the name " + name,
                        "subjectAltName.allow",
                        allowed.stream().map(NamePattern::toString).toList());
            }
        }
        return asked;
    }

    private static Collection<KeyUsages.Bit> usages(
            CertificateRequest request, CertificateProfile profile, List<String> notCopied)
            throws InvalidRequestException {
        Set<KeyUsages.Bit> asked = request.usages();
        if (asked.isEmpty() || !profile.copied().contains(Copied.KEY_USAGE)) {
            if (!asked.isEmpty() && !asked.equals(profile.keyUsages())) {
                notCopied.add(Copied.KEY_USAGE.text());
            }
            return profile.keyUsages();
        }
        BasicConstraints constraints = profile.basicConstraints();
        Set<KeyUsages.Bit> allowed = profile.keyUsageAllow();
        for (KeyUsages.Bit bit : asked) {
            boolean ofCa = bit == KeyUsages.Bit.KEY_CERT_SIGN;
            if ((allowed != null && !allowed.contains(bit)) || (ofCa && (constraints == null || !constraints.isCA()))) {
                throw refused(
                        "it asks for the key usage " + bit.text(),
                        "keyUsage.allow",
                        allowed == null
                                ? List.of("all but keyCertSign")
                                : allowed.stream()
                                        .map(KeyUsages.Bit::text)
                                        .sorted()
                                        .toList());
            }
        }
        return asked;
    }

    private static List<KeyPurposeId> purposes(
            CertificateRequest request, CertificateProfile profile, List<String> notCopied)
            throws InvalidRequestException {
        List<KeyPurposeId> asked = request.purposes();
        if (asked.isEmpty() || !profile.copied().contains(Copied.EXTENDED_KEY_USAGE)) {
            if (!asked.isEmpty() && !asked.equals(profile.extendedKeyUsages())) {
                notCopied.add(Copied.EXTENDED_KEY_USAGE.text());
            }
            return profile.extendedKeyUsages();
        }
        List<KeyPurposeId> allowed = profile.extendedKeyUsageAllow();
        for (KeyPurposeId purpose : asked) {
            if (allowed != null && !allowed.contains(purpose)) {
                throw refused(
                        "it asks for the extended key usage " + KeyUsages.text(purpose),
                        "extendedKeyUsage.allow",
                        allowed.stream().map(KeyUsages::text).toList());
            }
        }
        return asked;
    }

    private @Nullable BasicConstraints constraints(CertificateProfile profile) throws InvalidRequestException {
        BasicConstraints wanted = profile.basicConstraints();
        int own = certificate().getBasicConstraints();
        if (wanted == null || !wanted.isCA() || own == Integer.MAX_VALUE) {
            return wanted;
        }
        if (own == 0) {
            throw new InvalidRequestException("this CA may not issue certificates of other CAs: its path length is 0");
        }
        Integer length = CertificateProfile.pathLength(wanted);
        if (length == null || length >= own) {
            throw new InvalidRequestException("the path length of a CA below this one is at most " + (own - 1)
                    + ": write basicConstraints = CA:TRUE, pathlen:" + (own - 1));
        }
        return wanted;
    }

    private static InvalidRequestException refused(String what, String rule, List<String> allowed) {
        return new InvalidRequestException("the request is refused: " + what + ", and the profile (" + rule
                + ") allows only " + String.join(", ", allowed));
    }
}
