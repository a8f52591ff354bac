// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.KeyAttestation;
import io.github.schsm.SchsmKey;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.EcCurve;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "attest",
        description = {
            "Verifies that a device traces to a trusted root; with a label, that the key was generated in it.",
            "What a key's attestation says can be written to a file, and verified from it without any device (--in).",
            "Exit status 1 if anything does not hold."
        },
        footer = {"", "Example:", "  schsm attest code-signing --device ZZSIM000001 --out code-signing.attestation"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class AttestCommand extends SchsmCommand {
    private static final String CERTIFICATE = "CERTIFICATE";

    @Parameters(arity = "0..1", paramLabel = "[LABEL]", description = "The key. Default: only the device is verified.")
    private @Nullable String label;

    @Option(
            names = "--in",
            paramLabel = "FILE",
            description = "Verify an attestation from a file (a public key file in any form); no device is needed.")
    private @Nullable Path in;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the key's attestation to this file, if it holds.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "An X.509 certificate, DER or PEM, that has to be for this key.")
    private @Nullable Path certificate;

    @Option(
            names = "--on",
            paramLabel = "DATE",
            converter = Values.Day.class,
            description = "The certificates of device and issuer must be valid on this day, e.g. 2026-12-31."
                    + " Without it expired ones are accepted (devices outlive them), unless --dates is required.")
    private @Nullable LocalDate day;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        boolean ofKey = label != null || in != null;
        reject(label != null && in != null, "a key is named by its label, or its attestation read with --in: give one");
        reject(
                out != null && !ofKey,
                "--out is for a key's attestation; device-id export writes a device's certificates");
        reject(certificate != null && !ofKey, "--certificate is compared with a key: give its label, or --in");
        if (out != null && !overwrite) {
            FileIo.requireFree(out);
        }
        Check check = ofKey ? key(context) : device(context);
        if (out != null && check.attestation != null && check.holds()) {
            FileIo.write(out, check.attestation.encode(), overwrite);
            return check.answer(out);
        }
        return check.answer(null);
    }

    private Check device(Context context) throws GeneralSecurityException {
        Connected connected = context.open();
        DeviceTrust trust = connected.device().trust();
        return check(
                connected.device().identity(),
                null,
                null,
                () -> trust.verify(connected.device().identity(), day));
    }

    private Check key(Context context) throws GeneralSecurityException {
        KeyAttestation attestation;
        String id = null;
        DeviceTrust trust;
        if (in != null) {
            trust = context.settings().checked().trust();
            attestation = KeyAttestation.parse(FileIo.read(in, "attestation"));
        } else {
            Connected connected = context.open();
            trust = connected.device().trust();
            SchsmKey key = connected.key(String.valueOf(label));
            attestation = KeyAttestation.of(key);
            id = Text.hex(key.key().id());
        }
        return check(
                attestation.publicKey().identity(),
                attestation,
                id,
                () -> attestation.verify(trust, day).device());
    }

    private interface Verification {
        VerifiedDevice verify() throws GeneralSecurityException;
    }

    private Check check(
            DeviceIdentity identity,
            @Nullable KeyAttestation attestation,
            @Nullable String id,
            Verification verification)
            throws GeneralSecurityException {
        X509Certificate compared = certificate == null ? null : FileIo.readCertificate(certificate);
        try {
            VerifiedDevice verified = verification.verify();
            if (compared != null && attestation != null && !attestation.isFor(compared)) {
                String reason = "the certificate of " + holder(compared) + " is for another key than the attested one";
                return new Check(identity, attestation, label, id, compared, day, verified, CERTIFICATE, reason);
            }
            return new Check(identity, attestation, label, id, compared, day, verified, null, null);
        } catch (UntrustedDeviceException untrusted) {
            return new Check(
                    identity,
                    attestation,
                    label,
                    id,
                    compared,
                    day,
                    null,
                    untrusted.link().map(Enum::name).orElse(null),
                    untrusted.getMessage());
        }
    }

    private static String holder(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private static void reject(boolean wrong, String message) throws UsageException {
        if (wrong) {
            throw new UsageException(message);
        }
    }

    /**
     * What was checked and what came of it.
     *
     * @param id       the key's id on the device, if it is there
     * @param verified the chain, if it holds
     * @param failed   what does not hold: a link, or the certificate; null if all does
     */
    private record Check(
            DeviceIdentity identity,
            @Nullable KeyAttestation attestation,
            @Nullable String label,
            @Nullable String id,
            @Nullable X509Certificate compared,
            @Nullable LocalDate day,
            @Nullable VerifiedDevice verified,
            @Nullable String failed,
            @Nullable String reason) {
        boolean holds() {
            return reason == null;
        }

        Answer answer(@Nullable Path written) {
            return new Answer(text(written), json(written), holds() ? Status.DONE : Status.FAILED);
        }

        private List<Cvc> chain() {
            if (verified != null) {
                return verified.chain();
            }
            return identity.issuerCertificate()
                    .map(issuer -> List.of(identity.deviceCertificate(), issuer))
                    .orElseGet(() -> List.of(identity.deviceCertificate()));
        }

        private Lines text(@Nullable Path written) {
            String device = identity.deviceId();
            String verdict;
            if (!holds()) {
                verdict = "NOT attested: " + reason;
            } else if (attestation == null) {
                verdict = "Device " + device + " traces to the trusted root " + rootName() + ".";
            } else {
                verdict = "The key" + (label == null ? "" : " \"" + label + "\"") + " was generated in device " + device
                        + ", which traces to the trusted root " + rootName() + ".";
            }
            Lines text = Text.lines(
                    verdict,
                    verified == null
                            ? "What follows is claimed by the certificates and the request, not proven:"
                            : null,
                    "Device          " + device + " (CHR " + identity.chr() + ")");
            String heading = "Chain           ";
            for (Cvc certificate : chain()) {
                text = Text.lines(text, heading + certificate.chr() + validity(certificate));
                heading = "  signed by     ";
            }
            if (attestation != null) {
                text = Text.lines(text, ofKey(attestation, id));
            }
            if (compared != null) {
                text = Text.lines(
                        text,
                        "Certificate     " + holder(compared) + (isForKey() ? ", for this key" : ", for ANOTHER key"));
            }
            return written == null ? text : Text.lines(text, "Written to      " + written);
        }

        private static Lines ofKey(KeyAttestation key, @Nullable String id) {
            return Text.lines(
                    "Key             " + kind(key) + " (CHR " + key.chr() + ")",
                    key.keyDomainUid()
                            .map(uid -> "Key domain UID  " + Text.hex(uid))
                            .orElse(null),
                    // As schsm keys shows it; only without a device it is the one that certificates have.
                    id != null ? "Id              " + id : "Key identifier  " + Text.hex(key.subjectKeyIdentifier()),
                    "Signatures      by the key itself " + goodOrWrong(key.isSignedByKey()) + ", by the device "
                            + goodOrWrong(key.isSignedByDevice()));
        }

        private static String kind(KeyAttestation key) {
            return key.curve().map(EcCurve::curveName).orElseGet(() -> "RSA-" + key.size())
                    + key.publicExponent().map(e -> ", public exponent " + e).orElse("");
        }

        private static String goodOrWrong(boolean good) {
            return good ? "good" : "WRONG";
        }

        private static String validity(Cvc certificate) {
            return certificate
                            .effectiveDate()
                            .map(from -> ", valid from " + from)
                            .orElse("")
                    + certificate.expirationDate().map(until -> " to " + until).orElse("");
        }

        private boolean isForKey() {
            return compared != null && attestation != null && attestation.isFor(compared);
        }

        private @Nullable String rootName() {
            return verified == null ? null : verified.root().chr();
        }

        private Map<String, @Nullable Object> json(@Nullable Path written) {
            return Answer.json("attested", holds())
                    .and("failedLink", failed)
                    .and("reason", reason)
                    .and("device", identity.deviceId())
                    .and("chr", identity.chr())
                    .and("root", rootName())
                    .and("validOn", day)
                    .and("chain", chain().stream().map(Check::json).toList())
                    .and("key", attestation == null ? null : json(attestation))
                    .and("certificate", compared == null ? null : ofCertificate(compared))
                    .and("file", written)
                    .members();
        }

        private static Map<String, @Nullable Object> json(Cvc certificate) {
            return Answer.json("chr", certificate.chr())
                    .and("authority", certificate.car().orElse(null))
                    .and("role", certificate.role().map(Enum::name).orElse(null))
                    .and("validFrom", certificate.effectiveDate().orElse(null))
                    .and("validUntil", certificate.expirationDate().orElse(null))
                    .members();
        }

        private Map<String, @Nullable Object> json(KeyAttestation key) {
            return Answer.json("label", label)
                    .and("id", id)
                    .and("chr", key.chr())
                    .and("type", key.type().name())
                    .and("curve", key.curve().map(EcCurve::curveName).orElse(null))
                    .and("size", key.size())
                    .and(
                            "publicExponent",
                            key.publicExponent().map(BigInteger::toString).orElse(null))
                    .and(
                            "publicKey",
                            Base64.getEncoder().encodeToString(key.publicKey().getEncoded()))
                    .and("subjectKeyIdentifier", Text.hex(key.subjectKeyIdentifier()))
                    .and("keyDomainUid", key.keyDomainUid().map(Text::hex).orElse(null))
                    .and("signedByKey", key.isSignedByKey())
                    .and("signedByDevice", key.isSignedByDevice())
                    .members();
        }

        private Map<String, @Nullable Object> ofCertificate(X509Certificate certificate) {
            return Answer.json("holder", holder(certificate))
                    .and("forThisKey", isForKey())
                    .members();
        }
    }
}
