// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.audit.AuditFinding;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditSeal;
import io.github.schsm.admin.audit.AuditSeal.Signer;
import io.github.schsm.admin.audit.AuditVerification;
import io.github.schsm.admin.audit.AuditVerification.Unfinished;
import io.github.schsm.admin.audit.AuditVerifier;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether the log is as it was written. */
@Command(
        name = "verify",
        description = {
            "Verifies an audit log: that no line was changed, put in, moved or removed, no end cut off, and no file is missing.",
            "Exit status: 0 the log is whole, 1 it is not."
        },
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label audited --audit file:audit.log",
            "  schsm audit verify --audit file:audit.log"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditVerifyCommand extends SchsmCommand {
    @Mixin
    private LogFiles files;

    @Option(
            names = "--expect",
            paramLabel = "NUMBER:HASH",
            converter = Line.class,
            description =
                    "A line that was noted down, as this command shows the last one: it must still be there, and with it"
                            + " everything before it. Can be given several times.")
    private List<String> expected = new ArrayList<>();

    @Option(
            names = "--seal",
            paramLabel = "FILE",
            description = "A seal that audit seal made: its line must still be there. Can be given several times.")
    private List<Path> seals = new ArrayList<>();

    @Option(
            names = "--signer",
            paramLabel = "SHA256",
            converter = Values.KeyHash.class,
            description =
                    "The SHA-256 of the public key by which seals must be signed. Default: any key that a genuine device"
                            + " attests.")
    private @Nullable String signer;

    @Override
    protected String work() {
        return "reading the audit log";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        AuditVerifier verifier = AuditVerifier.of(files.reader(context)).withListener(lines -> at(lines + " lines"));
        for (String line : expected) {
            verifier = verifier.expecting(line);
        }
        List<String> told = new ArrayList<>();
        for (Path file : seals) {
            AuditSeal seal =
                    AuditSeal.parse("the seal " + FileIo.named(file), FileIo.read(file, "seal of an audit log"));
            told.add(signed(seal, context));
            verifier = verifier.expecting(seal.sequence(), seal.hash());
        }
        AuditVerification verified = verifier.verify();
        Map<String, @Nullable Object> json = new LinkedHashMap<>(JsonDocuments.members(verified));
        json.put("whole", verified.isWhole());
        json.put("seals", told);
        return new Answer(text(verified, told), json, verified.isWhole() ? Status.DONE : Status.FAILED);
    }

    /** A line of a log. */
    static final class Line extends Values.Text {
        @Override
        protected void require(String value) throws InvalidRequestException {
            // No log is read for that.
            AuditVerifier.of(AuditReader.of(Path.of("audit.log"))).expecting(value);
        }
    }

    /** Who signed a seal: a genuine device, or a key that the user knows. */
    private String signed(AuditSeal seal, Context context) throws Exception {
        Signer by = seal.verify(context.settings().checked().trust());
        if (signer != null && !by.fingerprint().equalsIgnoreCase(signer)) {
            throw new CliException("the seal of line " + seal.sequence() + " is signed by the key with SHA-256 "
                    + by.fingerprint() + ", and not by that of --signer");
        }
        if (signer == null && by.device() == null) {
            throw new CliException("no genuine device attests the key that signed the seal of line " + seal.sequence()
                    + ": " + by.reason() + ". If you know the key, give --signer " + by.fingerprint());
        }
        return "line " + seal.sequence() + " was sealed on " + seal.time() + " by "
                + (by.device() == null ? "the key with SHA-256 " + by.fingerprint() : "device " + by.device());
    }

    private static Lines text(AuditVerification verified, List<String> seals) {
        List<String> lines = new ArrayList<>();
        for (AuditFinding finding : verified.findings()) {
            String place = finding.file() == null
                    ? ""
                    : finding.file() + (finding.line() == 0 ? "" : ":" + finding.line()) + ": ";
            lines.add(finding.kind() + " " + place + finding.message());
        }
        verified.notes().forEach(note -> lines.add("Note: " + note + "."));
        for (Unfinished one : verified.unfinished()) {
            lines.add("Note: " + one.event() + " on " + one.device() + " was begun in line " + one.sequence() + " at "
                    + one.time() + ", and how it ended is not in the log: it was broken off, or is still being done.");
        }
        seals.forEach(seal -> lines.add("The seal holds: " + seal + "."));
        int findings = verified.findings().size();
        return Text.lines(
                new Lines(lines),
                findings == 0
                        ? "The audit log is whole: lines " + verified.first() + " to " + verified.last() + " in "
                                + count(verified.files().size(), "file") + "."
                        : "The audit log is NOT as it was written: " + count(findings, "finding") + ".",
                "Last line " + verified.last() + ":" + verified.lastHash());
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
