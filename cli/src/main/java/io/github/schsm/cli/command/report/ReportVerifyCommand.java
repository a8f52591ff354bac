// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.report;

import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.report.Report;
import io.github.schsm.admin.report.ReportVerification;
import io.github.schsm.admin.report.ReportVerification.VerifiedSignature;
import io.github.schsm.admin.report.SignedReport;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verifies a report, a page or JSON: its signature, that nothing the page shows was changed, and that devices"
                    + " and attestations trace to the roots of --trust. Needs no device and no network.",
            "Exit status 1 if something does not hold, or the report is not signed; 3 if all holds, and nothing that was"
                    + " given says whose X.509 certificate signed it: --ca or --signer."
        },
        footer = {
            "",
            "Example:",
            "  schsm report --device ZZSIM000001 --sign-with code-signing --out audit.json",
            "  schsm report verify audit.json"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ReportVerifyCommand extends SchsmCommand {
    private static final String UNKNOWN_SIGNER =
            "nobody verified whose X.509 certificate signed it: give --ca FILE, with the certificate of who issued it or the"
                    + " signer's own, or --signer SHA256, with the signer's public key; have either from somewhere else than"
                    + " the report";

    @Parameters(paramLabel = "FILE", description = "The report; - for standard input.")
    private Path file;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "An X.509 certificate, DER or PEM, that the signer's is issued by, or the signer's own; may be given"
                            + " several times.")
    private List<Path> authorities = List.of();

    @Option(
            names = "--signer",
            paramLabel = "SHA256",
            converter = Values.KeyHash.class,
            description =
                    "The SHA-256 of the public key (SubjectPublicKeyInfo, DER) that has to have signed it, from somewhere"
                            + " else than the report; may be given several times for one of several keys.")
    private List<String> signers = List.of();

    @Option(
            names = "--content",
            paramLabel = "FILE",
            description = "Write what was signed to this file, to verify it with another program.")
    private @Nullable Path content;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description =
                    "Write the signature to this file: detached CMS in DER, or the bare signature of a key that its"
                            + " device attests.")
    private @Nullable Path signature;

    @Option(names = "--overwrite", description = "Replace files that are there already.")
    private boolean overwrite;

    @Override
    protected String work() {
        return "verifying the report";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Path authority : authorities) {
            certificates.add(FileIo.readCertificate(authority));
        }
        byte[] read = FileIo.read(file, "report", ReportCommand.MOST_BYTES);
        String what = "report " + FileIo.named(file);
        try {
            ReportVerification verified = ReportVerification.of(
                    what, read, context.settings().checked().trust(), certificates, new LinkedHashSet<>(signers));
            write(SignedReport.parse(what, read));
            return answer(verified);
        } catch (MalformedDataException refused) {
            return new Answer(
                    Text.lines("The report does not hold: " + refused.getMessage()),
                    json(null, false, List.of(String.valueOf(refused.getMessage()))),
                    Status.FAILED);
        }
    }

    private void write(SignedReport report) throws CliException {
        SignedReport.Signature made = report.signature();
        if (signature != null && made == null) {
            throw new CliException("the report is not signed: there is no signature to write to " + signature);
        }
        try (OutputFiles files = new OutputFiles(overwrite)) {
            if (content != null) {
                files.add(content, report.report().canonical(), false);
            }
            if (signature != null && made != null) {
                files.add(signature, HexFormat.of().parseHex(made.value()), false);
            }
            files.commit();
        }
    }

    private Answer answer(ReportVerification verified) {
        Report report = verified.report();
        VerifiedSignature by = verified.signature();
        List<String> lines = new ArrayList<>();
        List<String> problems = new ArrayList<>(verified.problems());
        if (verified.isUnchanged() && !verified.holds()) {
            problems.add(UNKNOWN_SIGNER);
        }
        lines.add(
                verified.holds()
                        ? "The report holds."
                        : verified.isUnchanged()
                                ? "The report is as it was signed, but who signed it is not verified:"
                                : "The report does not hold:");
        problems.forEach(problem -> lines.add("  " + problem + "."));
        verified.notes().forEach(note -> lines.add("Note: " + note + "."));
        lines.add("Made on " + report.created() + " by " + report.program() + ", from devices read on "
                + report.inventory().taken() + ".");
        if (by != null) {
            lines.add(
                    by.kind() == SignedReport.Kind.CVC
                            ? "Signed by a key that device " + by.holder() + " attests, which traces to " + by.issuer()
                                    + "."
                            : "Signed by " + by.holder() + ", certified by " + by.issuer()
                                    + (!by.trusted()
                                            ? ": nobody verified that."
                                            : authorities.isEmpty()
                                                    ? "; its public key is one that was given."
                                                    : ", which leads to an authority that was given."));
            lines.add("SHA-256 of the public key: " + by.publicKey());
        }
        lines.add(verified.devices() + (verified.devices() == 1 ? " device and " : " devices and ")
                + verified.attestations()
                + (verified.attestations() == 1 ? " attestation" : " attestations")
                + " verified by the certificates in it.");
        return new Answer(
                Text.lines(new Lines(lines)),
                json(verified, verified.holds(), problems),
                verified.holds() ? Status.DONE : verified.isUnchanged() ? Status.INCOMPLETE : Status.FAILED);
    }

    private static Map<String, @Nullable Object> json(
            @Nullable ReportVerification verified, boolean holds, List<String> problems) {
        VerifiedSignature by = verified == null ? null : verified.signature();
        return Answer.json("holds", holds)
                .and("problems", problems)
                .and("notes", verified == null ? List.of() : verified.notes())
                .and("format", verified == null ? null : verified.page() ? "html" : "json")
                .and(
                        "created",
                        verified == null ? null : verified.report().created().toString())
                .and(
                        "signature",
                        by == null
                                ? null
                                : Answer.json("kind", by.kind().name())
                                        .and("holder", by.holder())
                                        .and("issuer", by.issuer())
                                        .and("trusted", by.trusted())
                                        .and("publicKey", by.publicKey())
                                        .members())
                .and("devices", verified == null ? 0 : verified.devices())
                .and("attestations", verified == null ? 0 : verified.attestations())
                .members();
    }
}
