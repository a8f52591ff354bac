// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.certificate.CertificateAuthority;
import io.github.schsm.admin.certificate.CertificateImport;
import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.admin.certificate.CertificateRequest;
import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.admin.certificate.IssuedCertificate;
import io.github.schsm.admin.certificate.RevocationReason;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Algorithms;
import io.github.schsm.cli.option.AttestationOptions;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.ProfileOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ca",
        description = "A small CA whose key is in the device and whose records are in a folder.",
        subcommands = {
            CaCommands.Init.class,
            CaCommands.Issue.class,
            CaCommands.Revoke.class,
            CaCommands.Crl.class,
            CaCommands.ListIssued.class
        })
public final class CaCommands {
    /** Where the CA is. */
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Folder {
        @Option(
                names = "--folder",
                paramLabel = "FOLDER",
                description = "Where the CA's records are. Default: ca, in the current folder.")
        private Path path = Path.of("ca");

        CertificateAuthority open() throws GeneralSecurityException {
            return CertificateAuthority.open(path, Clock.systemUTC());
        }
    }

    /** Why a certificate is revoked. */
    static final class Reason extends Values.Text {
        @Override
        protected void require(String value) throws InvalidRequestException {
            RevocationReason.named(value);
        }
    }

    private static Map<String, @Nullable Object> json(IssuedCertificate issued, Instant now) {
        RevocationReason reason = issued.reason();
        return Answer.json("serial", issued.serialText())
                .and("subject", issued.subject())
                .and("issuedAt", issued.issuedAt())
                .and("validUntil", issued.notAfter())
                .and("state", issued.state(now).name())
                .and("revokedAt", issued.revokedAt())
                .and("reason", reason == null ? null : reason.text())
                .members();
    }

    @Command(
            name = "init",
            description = {
                "Makes a CA: a CA certificate that the key itself signs, stored with the key, and the CA's folder.",
                "The certificate takes the place of the device's request, which ends the key's attestation: that is saved"
                        + " to the folder first."
            },
            footer = {
                "",
                "Example:",
                "  schsm generate --device ZZSIM000001 --label root-key --curve secp384r1",
                "  schsm ca init --device ZZSIM000001 --label root-key --subject CN=Root --folder root"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Init extends SigningCommand {
        @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The CA's key.")
        private String label;

        @Mixin
        private Folder folder;

        @Mixin
        private ProfileOptions options;

        @Mixin
        private ProfileOptions.Days days;

        @Option(
                names = "--certificate",
                paramLabel = "FILE",
                description = "The key's CA certificate, which another CA has issued, in place of a self-signed one.")
        private @Nullable Path certificate;

        @Option(names = "--replace", description = "Replace the X.509 certificate that the key has.")
        private boolean replace;

        @Mixin
        private AttestationOptions attestation;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            CertificateProfile usual = CertificateProfile.builder()
                    .set("basicConstraints", "CA:TRUE")
                    .set("keyUsage", "keyCertSign, cRLSign")
                    .set("days", "3650")
                    .build();
            CertificateProfile profile = days.into(options.profile(usual)).build();
            CertificateAuthority.requireFree(folder.path);
            Connected connected = context.openWithPin();
            DeviceKey key = DeviceKey.of(connected.keyStore(), label);
            X509Certificate ofCa;
            if (certificate == null) {
                SelfSignCommand.requireFree(connected, label, replace);
                ofCa = Certificates.selfSigned(key, profile, Clock.systemUTC());
            } else {
                ofCa = FileIo.readCertificate(certificate);
                if (!ofCa.equals(connected.keyStore().getCertificate(label))) {
                    SelfSignCommand.requireFree(connected, label, replace);
                }
            }
            boolean ended =
                    CertificateImport.attestation(connected.keyStore(), label).isPresent();
            AttestationOptions.Keeper keeper = attestation.keeper(folder.path.resolve("ca.attestation"));
            CertificateAuthority ca =
                    CertificateAuthority.init(folder.path, key, ofCa, keeper.orNone(), Clock.systemUTC());
            String holder = ca.certificate().getSubjectX500Principal().getName();
            return Answer.of(
                    "CA " + holder + " made, valid until "
                            + ca.certificate().getNotAfter().toInstant() + ": its key is \"" + label + "\" on device "
                            + connected.id() + ", its records are in " + folder.path + "." + keeper.sentence(ended),
                    Answer.json("device", connected.id())
                            .and("label", label)
                            .and("holder", holder)
                            .and("serial", CertificateText.serial(ca.certificate()))
                            .and("validUntil", ca.certificate().getNotAfter().toInstant())
                            .and("algorithm", ca.certificate().getSigAlgName())
                            .and("folder", folder.path)
                            .and("attestation", keeper.file(ended))
                            .and("attestationEnded", ended)
                            .members());
        }
    }

    @Command(
            name = "issue",
            description = {
                "Issues a certificate for a PKCS#10 request, and records it in the CA's folder.",
                "The request has to be signed by its key. Without a profile, its subject and alternative names are taken"
                        + " over, and the key may be used for signatures."
            },
            footer = {
                "",
                "Example:",
                "  schsm ca issue --device ZZSIM000001 --folder authority --san DNS:www.example.org --out www.pem www.csr"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Issue extends SigningCommand {
        @Mixin
        private Folder folder;

        @Mixin
        private ProfileOptions options;

        @Mixin
        private ProfileOptions.Days days;

        @Option(
                names = "--serial",
                paramLabel = "HEX",
                converter = CertificateText.Serial.class,
                description = "The serial number, in hexadecimal digits. Default: a random one of 128 bits.")
        private @Nullable BigInteger serial;

        @Mixin
        private OutputOptions output;

        @Parameters(paramLabel = "FILE", description = "The request, DER or PEM; - for standard input.")
        private Path file;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            CertificateProfile profile = days.into(options.profile(CertificateProfile.ofIssuedByDefault()))
                    .build();
            output.require(file, ".pem");
            CertificateRequest request =
                    CertificateRequest.parse(FileIo.named(file), FileIo.read(file, "certificate request"));
            CertificateAuthority ca = folder.open();
            Connected connected = context.openWithPin();
            CertificateAuthority.Issue issue =
                    ca.issue(DeviceKey.of(connected.keyStore(), ca.keyLabel()), request, profile, serial);
            IssuedCertificate issued = issue.recorded();
            Path written;
            try {
                written = output.write(file, ".pem", Certificates.pem(issued.certificate()));
            } catch (CliException unwritten) {
                throw new CliException(
                        "certificate " + issued.serialText() + " was issued and recorded, but " + unwritten.getMessage()
                                + " (schsm ca list --serial " + issued.serialText() + " --out FILE writes it)",
                        unwritten);
            }
            String leftOut = String.join(", ", issue.notCopied());
            return Answer.of(
                    "Certificate " + issued.serialText() + " of \"" + issued.subject() + "\", valid until "
                            + issued.notAfter() + ", issued by "
                            + ca.certificate().getSubjectX500Principal().getName()
                            + " and written to " + FileIo.target(written) + "."
                            + (leftOut.isEmpty() ? "" : " Not taken over from the request: " + leftOut + "."),
                    Answer.json("device", connected.id())
                            .and("certificate", json(issued, issued.issuedAt()))
                            .and("algorithm", issued.certificate().getSigAlgName())
                            .and("notCopied", issue.notCopied())
                            .and("file", written)
                            .members());
        }
    }

    @Command(
            name = "revoke",
            description = "Records that a certificate is not valid anymore. Others learn it from the next CRL.",
            footer = {"", "Example:", "  schsm ca revoke --folder authority --serial 2A --reason superseded"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Revoke extends SchsmCommand {
        @Mixin
        private Folder folder;

        @Option(
                names = "--serial",
                required = true,
                paramLabel = "HEX",
                converter = CertificateText.Serial.class,
                description = "The certificate's serial number, in hexadecimal digits.")
        private BigInteger serial;

        @Option(
                names = "--reason",
                paramLabel = "REASON",
                converter = Reason.class,
                description = "Why: unspecified, keyCompromise, cACompromise, affiliationChanged, superseded,"
                        + " cessationOfOperation, privilegeWithdrawn. Default: unspecified.")
        private String reason = "unspecified";

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            RevocationReason why = RevocationReason.named(reason);
            CertificateAuthority ca = folder.open();
            IssuedCertificate issued = ca.issued(serial);
            if (issued.revokedAt() == null) {
                context.confirm("The certificate " + issued.serialText() + " of \"" + issued.subject()
                        + "\" is revoked, which cannot be undone");
            }
            IssuedCertificate revoked = ca.revoke(issued.serial(), why);
            return Answer.of(
                    "Certificate " + revoked.serialText() + " of \"" + revoked.subject() + "\" revoked (" + why.text()
                            + "). The next CRL says so: schsm ca crl.",
                    json(revoked, Instant.now()));
        }
    }

    @Command(
            name = "crl",
            description = "Signs a revocation list (CRL) of all certificates that were revoked.",
            footer = {
                "",
                "Example:",
                "  schsm ca crl --device ZZSIM000001 --folder authority --days 7 --out example.crl"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Crl extends SigningCommand {
        private static final int MOST_DAYS = 3650;

        @Mixin
        private Folder folder;

        @Option(
                names = "--days",
                paramLabel = "N",
                converter = Days.class,
                description = "In how many days the next list is due, 1 to 3650. Default: 30.")
        private int days = 30;

        @Option(
                names = "--algorithm",
                paramLabel = "NAME",
                converter = Algorithms.OfSignature.class,
                description = "The signature's algorithm, as the JCA calls it. Default: the one that fits the key.")
        private @Nullable String algorithm;

        @Option(names = "--format", paramLabel = "FORMAT", description = "PEM or DER. Default: DER.")
        private Format format = Format.DER;

        /** A number of days. */
        static final class Days extends Values.Whole {
            Days() {
                super(1, MOST_DAYS);
            }
        }

        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            output.require("ca.crl");
            CertificateAuthority ca = folder.open();
            Connected connected = context.openWithPin();
            CertificateAuthority.RevocationList list =
                    ca.crl(DeviceKey.of(connected.keyStore(), ca.keyLabel()), days, algorithm);
            Path file = output.write(
                    "ca.crl", format == Format.PEM ? PublicKeyFormat.pem("X509 CRL", list.der()) : list.der());
            return Answer.of(
                    "CRL " + list.number() + " of "
                            + ca.certificate().getSubjectX500Principal().getName() + " with "
                            + list.revoked() + (list.revoked() == 1 ? " certificate" : " certificates")
                            + ", next one due " + list.nextUpdate() + ", written to " + FileIo.target(file) + ".",
                    Answer.json("device", connected.id())
                            .and("number", list.number().toString())
                            .and("thisUpdate", list.thisUpdate())
                            .and("nextUpdate", list.nextUpdate())
                            .and("revoked", list.revoked())
                            .and("format", format.name())
                            .and("file", file)
                            .members());
        }
    }

    @Command(
            name = "list",
            description = "Lists the certificates that a CA has issued. Needs no device.",
            footer = {"", "Example:", "  schsm ca list --folder authority"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class ListIssued extends SchsmCommand {
        @Mixin
        private Folder folder;

        @Option(
                names = "--serial",
                paramLabel = "HEX",
                converter = CertificateText.Serial.class,
                description = "Only the certificate of that serial number, in hexadecimal digits.")
        private @Nullable BigInteger serial;

        @Option(
                names = {"-o", "--out"},
                paramLabel = "FILE",
                description = "Write that certificate, PEM, to this file; - for standard output. With --serial.")
        private @Nullable Path out;

        @Option(names = "--overwrite", description = "Replace the file if it is there already.")
        private boolean overwrite;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            if (out != null && serial == null) {
                throw new UsageException("--out writes one certificate: say which with --serial");
            }
            CertificateAuthority ca = folder.open();
            List<IssuedCertificate> shown = serial == null ? ca.issued() : List.of(ca.issued(serial));
            if (out != null) {
                FileIo.write(out, Certificates.pem(shown.get(0).certificate()), overwrite);
            }
            Instant now = Instant.now();
            Table table = new Table("SERIAL", "SUBJECT", "VALID UNTIL", "STATE");
            List<Map<String, @Nullable Object>> json = new ArrayList<>();
            for (IssuedCertificate issued : shown) {
                RevocationReason reason = issued.reason();
                table.row(
                        issued.serialText(),
                        issued.subject(),
                        issued.notAfter(),
                        issued.state(now).name().toLowerCase(Locale.ROOT)
                                + (reason == null ? "" : ", " + reason.text() + " " + issued.revokedAt()));
                json.add(json(issued, now));
            }
            String holder = ca.certificate().getSubjectX500Principal().getName();
            return Answer.of(
                    json.isEmpty() ? Text.lines(holder + " has issued no certificates.") : table.text(),
                    Answer.json("ca", holder)
                            .and("validUntil", ca.certificate().getNotAfter().toInstant())
                            .and("label", ca.keyLabel())
                            .and("certificates", json)
                            .and("file", out)
                            .members());
        }
    }
}
