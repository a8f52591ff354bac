// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.inventory.KeyFingerprint;
import io.github.schsm.admin.key.DeviceSignature;
import io.github.schsm.admin.report.ReportVerification.VerifiedSignature;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.Selector;
import org.jspecify.annotations.Nullable;

/** Whether the signature of a report is good, and whose it is. */
final class SignatureCheck {
    private static final String WHAT = "signature";
    private static final int MOST_CERTIFICATES = 10;
    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();

    private final SignedReport signed;
    /** SHA-256 of the public keys of which one has to have signed; empty for any. */
    private final Set<String> expected;

    private final List<String> problems;
    private final List<String> notes;

    private SignatureCheck(SignedReport signed, Set<String> expected, List<String> problems, List<String> notes) {
        this.signed = signed;
        this.expected = expected;
        this.problems = problems;
        this.notes = notes;
    }

    /** What is known of the signature; empty if there is none that is good, and then there is a problem more. */
    static Optional<VerifiedSignature> of(
            SignedReport signed,
            DeviceTrust trust,
            List<X509Certificate> authorities,
            Set<String> expected,
            List<String> problems,
            List<String> notes) {
        SignatureCheck check = new SignatureCheck(signed, expected, problems, notes);
        SignedReport.Signature signature = signed.signature();
        if (signature == null) {
            problems.add(
                    signed.report().signer() == null
                            ? "it is not signed: nothing proves who made it, or that it is unchanged"
                            : "its signature was taken away");
            return Optional.empty();
        }
        try {
            VerifiedSignature verified = signature.kind() == SignedReport.Kind.CMS
                    ? check.cms(signature, authorities)
                    : check.cvc(signature, trust);
            return Optional.ofNullable(verified);
        } catch (MalformedDataException | RuntimeException malformed) {
            // Bouncy Castle has exceptions of many types for bytes that are no CMS.
            problems.add("its signature cannot be read: " + malformed.getMessage());
            return Optional.empty();
        }
    }

    private @Nullable VerifiedSignature bad() {
        problems.add("the report was changed after it was signed: the signature is not one of what is in it now");
        return null;
    }

    /** The key that signed has to be one that is expected, and the one that the page names. */
    private boolean isNamed(String publicKey, @Nullable String subject) {
        if (!expected.isEmpty() && !expected.contains(publicKey)) {
            problems.add("none of the keys that were given signed it: the SHA-256 of the public key of the one that did"
                    + " is " + publicKey);
            return false;
        }
        Report.Signer signer = signed.report().signer();
        if (signer != null && signer.publicKey().equals(publicKey) && Objects.equals(signer.subject(), subject)) {
            return true;
        }
        problems.add("another key signed it than the one that it names");
        return false;
    }

    private @Nullable VerifiedSignature cvc(SignedReport.Signature signature, DeviceTrust trust)
            throws MalformedDataException {
        String algorithm = signature.algorithm();
        String file = signature.publicKeyFile();
        if (file == null || algorithm == null) {
            throw new MalformedDataException(WHAT, "it has no public key file, or no algorithm");
        }
        byte[] attestation = DeviceSignature.bytes(WHAT, file);
        AttestedPublicKey key = AttestedPublicKey.parse(attestation);
        PublicKey numbers = PublicKeyNumbers.parse(
                KeyFingerprint.encoded(key).orElseThrow(() -> new MalformedDataException("key", "unknown curve")));
        if (!DeviceSignature.of(WHAT, algorithm, DeviceSignature.bytes(WHAT, signature.value()))
                .holds(signed.report().canonical(), numbers)) {
            return bad();
        }
        String publicKey = KeyFingerprint.of(key).orElse("");
        if (!isNamed(publicKey, null)) {
            return null;
        }
        DeviceSignature.Attester attester = DeviceSignature.attester(numbers, attestation, trust);
        DeviceTrust.VerifiedDevice device = attester.device();
        if (device == null) {
            problems.add("the key that signed it is not known to be in a genuine device: " + attester.reason());
            return null;
        }
        compare(device.identity());
        return new VerifiedSignature(
                SignedReport.Kind.CVC,
                device.identity().uniqueName(),
                device.root().chr(),
                true,
                publicKey);
    }

    /**
     * Anybody who has a genuine device can sign with a key of it, and write the name of another one into the report. A key
     * that came from another device does so, too, so that it is no problem by itself.
     */
    private void compare(DeviceIdentity attesting) {
        Report.Signer named = signed.report().signer();
        if (named == null) {
            return;
        }
        boolean own = signed.report()
                .inventory()
                .device(named.device())
                .filter(device -> attesting.deviceId().equals(device.id())
                        && attesting.keyFingerprint().equals(device.fingerprint()))
                .isPresent();
        if (!own) {
            notes.add("the report says that device " + named.device()
                    + " signed it, and the device that attests the key is " + attesting.uniqueName());
        }
    }

    private @Nullable VerifiedSignature cms(SignedReport.Signature signature, List<X509Certificate> authorities)
            throws MalformedDataException {
        try {
            CMSSignedData cms = new CMSSignedData(
                    new CMSProcessableByteArray(signed.report().canonical()),
                    DeviceSignature.bytes(WHAT, signature.value()));
            List<SignerInformation> signers = List.copyOf(cms.getSignerInfos().getSigners());
            if (signers.size() != 1) {
                throw new MalformedDataException(WHAT, "it has " + signers.size() + " signers, one is expected");
            }
            List<X509Certificate> chain = certificates(cms, signers.get(0));
            if (chain.isEmpty()) {
                throw new MalformedDataException(WHAT, "the certificate of its signer is not in it");
            }
            X509Certificate certificate = chain.get(0);
            if (!signers.get(0)
                    .verify(new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(BOUNCY_CASTLE)
                            .build(new X509CertificateHolder(certificate.getEncoded())))) {
                return bad();
            }
            String publicKey =
                    KeyFingerprint.of(X509Certificates.publicKey(certificate)).orElse("");
            String subject = certificate.getSubjectX500Principal().getName();
            if (!isNamed(publicKey, subject)) {
                return null;
            }
            boolean issued = !authorities.isEmpty() && isIssued(chain, authorities);
            boolean trusted = issued || (authorities.isEmpty() && !expected.isEmpty());
            if (!authorities.isEmpty() && !issued) {
                problems.add("the certificate of " + subject + " that signed it was issued by none of the authorities"
                        + " that were given, or was not valid when the report was made");
            }
            return new VerifiedSignature(
                    SignedReport.Kind.CMS,
                    subject,
                    certificate.getIssuerX500Principal().getName(),
                    trusted,
                    publicKey);
        } catch (CMSException notGood) {
            return bad();
        } catch (OperatorCreationException | GeneralSecurityException | IOException malformed) {
            if (malformed instanceof MalformedDataException ours) {
                throw ours;
            }
            throw new MalformedDataException(WHAT, String.valueOf(malformed.getMessage()));
        }
    }

    /** The signer's certificate, and those that came with it. */
    private static List<X509Certificate> certificates(CMSSignedData cms, SignerInformation signer)
            throws MalformedDataException, IOException {
        List<X509Certificate> chain = new ArrayList<>();
        @SuppressWarnings("unchecked") // a signer's id selects certificates
        Selector<X509CertificateHolder> isSigners = signer.getSID();
        Collection<X509CertificateHolder> signers = cms.getCertificates().getMatches(isSigners);
        for (X509CertificateHolder holder : signers) {
            chain.add(X509Certificates.parse(holder.getEncoded()));
        }
        for (X509CertificateHolder holder : cms.getCertificates().getMatches(null)) {
            chain.add(X509Certificates.parse(holder.getEncoded()));
        }
        return chain;
    }

    /** Whether a way leads from the first certificate over the others to an authority, each valid when it was made. */
    private boolean isIssued(List<X509Certificate> chain, List<X509Certificate> authorities) {
        X509Certificate certificate = chain.get(0);
        for (int i = 0; i < MOST_CERTIFICATES; i++) {
            X509Certificate current = certificate;
            if (!wasValid(current)) {
                return false;
            }
            if (authorities.stream()
                    .anyMatch(authority -> authority.equals(current)
                            || (wasValid(authority)
                                    && (authority.getBasicConstraints() >= 0)
                                    && X509Certificates.isIssuedBy(current, authority)))) {
                return true;
            }
            Optional<X509Certificate> next = chain.stream()
                    .filter(other -> !other.equals(current)
                            && other.getBasicConstraints() >= 0
                            && X509Certificates.isIssuedBy(current, other))
                    .findFirst();
            if (next.isEmpty()) {
                return false;
            }
            certificate = next.get();
        }
        return false;
    }

    private boolean wasValid(X509Certificate certificate) {
        Instant created = signed.report().created();
        return !created.isBefore(certificate.getNotBefore().toInstant())
                && !created.isAfter(certificate.getNotAfter().toInstant());
    }
}
