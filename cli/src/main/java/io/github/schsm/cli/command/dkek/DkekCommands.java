// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.KeyDomain;
import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import io.github.schsm.codec.HashAlgorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
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
        name = "dkek",
        description = "Shares of a DKEK and their custodians.",
        subcommands = {
            DkekCommands.Hold.class,
            DkekCommands.Reshare.class,
            DkekCommands.Check.class,
            DkekCommands.Verify.class
        })
public final class DkekCommands {
    @Command(
            name = "ceremony",
            description = {
                "Gives custodians the shares of a new DKEK, one after the other at the terminal or by sealed files; no device is"
                        + " needed. Best done on a computer without a network.",
                "Writes share files, a sheet to print for each custodian, and a record without secrets. An interrupted ceremony"
                        + " is continued."
            },
            footer = {
                "",
                "Example:",
                "  schsm dkek ceremony custody --custodian Ann --custodian Ben --seal Ann=tls.pem --seal Ben=tls.pem"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Hold extends SchsmCommand {
        @Mixin
        CeremonyOptions ceremony;

        @Override
        protected String work() {
            return "protecting a share takes its password 30,000,000 rounds";
        }

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            return ceremony.hold(context, null);
        }
    }

    @Command(
            name = "reshare",
            description = {
                "Gives new custodians, or new passwords, to the DKEK that exists: its keys and devices stay as they are.",
                "All old shares are needed. They still make the DKEK afterwards: destroy them."
            },
            footer = {
                "",
                "Example:",
                "  schsm dkek reshare new-custody --share dkek.pbe --share-password-file dkek-password.txt --custodian Ann"
                        + " --custodian Ben --seal Ann=tls.pem --seal Ben=tls.pem"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Reshare extends SchsmCommand {
        @Mixin
        CeremonyOptions ceremony;

        @Mixin
        DkekShareOptions shares;

        @Override
        protected String work() {
            return "opening and protecting a share takes its password 30,000,000 rounds";
        }

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            ceremony.requireFitting();
            shares.require();
            try (Dkek existing = shares.dkek(context.io(), 0)) {
                return ceremony.hold(context, existing);
            }
        }
    }

    @Command(
            name = "check",
            description = {
                "Opens shares of a DKEK, and compares: each with the record of the ceremony, all together with the KCV of a"
                        + " device, of the record, or a given one.",
                "Exit status 1 if something does not fit."
            },
            footer = {
                "",
                "Example:",
                "  schsm dkek check --device ZZSIM000003 --slot 0 --share dkek.pbe --share-password-file dkek-password.txt"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Check extends SchsmCommand {
        @Mixin
        DkekShareOptions shares;

        @Option(names = "--record", paramLabel = "FILE", description = "The record of the ceremony (record.json).")
        private @Nullable Path recordFile;

        @Option(
                names = "--kcv",
                paramLabel = "HEX",
                converter = Kcv.class,
                description = "The KCV that all shares together should make.")
        private @Nullable String kcv;

        @Option(
                names = "--slot",
                paramLabel = "N",
                converter = Values.Slot.class,
                description = "The slot of the device's key domain whose KCV all shares together should make.")
        private @Nullable Integer slot;

        @Override
        protected String work() {
            return "opening a share takes its password 30,000,000 rounds";
        }

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            shares.require();
            CeremonyRecord record = recordFile == null
                    ? null
                    : CeremonyRecord.parse(recordFile.toString(), FileIo.read(recordFile, "record"));
            KeyDomain.Status domain = null;
            String device = null;
            Integer number = slot;
            if (number != null) {
                Connected connected = context.open();
                domain = connected.device().keyDomain(number).status();
                device = connected.id();
                if (domain.isXkek()) {
                    throw new CliException("the key domain in slot " + number + " of device " + device
                            + " is an XKEK domain: there are no shares of its KEK");
                }
            }
            int total = record != null ? record.shares().size() : domain != null ? domain.shares() : 0;
            List<DkekShareOptions.Opened> opened = shares.open(context.io(), total);
            try (Dkek dkek =
                    Dkek.of(opened.stream().map(DkekShareOptions.Opened::share).toList())) {
                return compared(opened, record, domain, device, Text.hex(dkek.kcv()), total);
            } finally {
                opened.forEach(DkekShareOptions.Opened::wipe);
            }
        }

        /** A key check value. */
        static final class Kcv extends Values.Matching {
            Kcv() {
                super("\\s*[0-9A-Fa-f]{16}\\s*", "a key check value has 16 hexadecimal digits");
            }
        }

        private Answer compared(
                List<DkekShareOptions.Opened> opened,
                @Nullable CeremonyRecord record,
                KeyDomain.@Nullable Status domain,
                @Nullable String device,
                String made,
                int total) {
            boolean good = true;
            List<String> lines = new ArrayList<>();
            List<Map<String, @Nullable Object>> json = new ArrayList<>();
            for (DkekShareOptions.Opened one : opened) {
                String sha256 = Text.hex(HashAlgorithm.SHA256.digest(one.content()));
                String ofRecord = record == null
                        ? null
                        : record.shareOf(sha256).map(CeremonyRecord.Share::file).orElse(null);
                boolean known = record == null || ofRecord != null;
                good &= known;
                lines.add(one.file() + " opens"
                        + (record == null
                                ? "."
                                : known
                                        ? "; it is " + ofRecord + " of the record."
                                        : "; it is NOT in the record (SHA-256 " + sha256 + ")."));
                json.add(Answer.json("file", one.file())
                        .and("sha256", sha256)
                        .and("inRecord", record == null ? null : known)
                        .members());
            }
            boolean all = total == 0 || opened.size() == total;
            Boolean fits = null;
            if (all) {
                lines.add("Together they make the DKEK with KCV " + made + ".");
                fits = fits(lines, "the record", record == null ? null : record.kcv(), made, fits);
                fits = fits(lines, "device " + device, domain == null ? null : Text.hex(domain.kcv()), made, fits);
                fits = fits(lines, "--kcv", kcv == null ? null : kcv.strip().toUpperCase(Locale.ROOT), made, fits);
                good &= fits == null || fits;
            } else {
                lines.add(
                        opened.size() + " of " + total + " shares: whether they make the DKEK only all together tell.");
                good &= opened.size() < total;
            }
            return new Answer(
                    Text.lines(lines.toArray()),
                    Answer.json("shares", json)
                            .and("needed", total == 0 ? null : total)
                            .and("kcv", all ? made : null)
                            .and("fits", fits)
                            .and("device", device)
                            .and("good", good)
                            .members(),
                    good ? Status.DONE : Status.FAILED);
        }

        private static @Nullable Boolean fits(
                List<String> lines, String whose, @Nullable String expected, String made, @Nullable Boolean before) {
            if (expected == null) {
                return before;
            }
            boolean same = expected.equals(made);
            lines.add(
                    same
                            ? "That is the KCV of " + whose + "."
                            : "That is NOT the KCV of " + whose + ", which is " + expected
                                    + ": a share is missing, or of another DKEK.");
            return same && (before == null || before);
        }
    }

    @Command(
            name = "verify",
            description = {
                "Verifies the record of a ceremony without any password: the fingerprints of the files beside it, and its"
                        + " signature.",
                "Exit status 1 if a file was changed, or a signature does not hold or is by nobody known."
            },
            footer = {
                "",
                "Example:",
                "  schsm dkek ceremony custody --custodian Ann --custodian Ben --seal Ann=tls.pem --seal Ben=tls.pem",
                "  schsm dkek verify custody/record.json"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Verify extends SchsmCommand {
        @Parameters(paramLabel = "FILE", description = "The record (record.json).")
        private Path file;

        @Option(
                names = "--signature",
                paramLabel = "FILE",
                description = "The record's signature. Default: record.signature.json beside it, if it is there.")
        private @Nullable Path signatureFile;

        @Option(
                names = "--signed",
                description = "Demand a signature. Anyone who changes a record can remove its signature.")
        private boolean signed;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            byte[] content = FileIo.read(file, "record");
            CeremonyRecord record = CeremonyRecord.parse(file.toString(), content);
            List<String> lines = new ArrayList<>(record.text());
            lines.add("");
            List<Map<String, @Nullable Object>> files = new ArrayList<>();
            boolean good = record.completed() != null;
            if (!good) {
                lines.add("The ceremony was not completed: schsm dkek ceremony --continue goes on with it.");
            }
            for (CeremonyRecord.Share share : record.shares()) {
                good &= isUnchanged(lines, files, share.file(), share.sha256());
            }
            for (CeremonyRecord.Custodian custodian : record.custodians()) {
                if (custodian.sealedFile() != null) {
                    good &= isUnchanged(lines, files, custodian.sealedFile(), custodian.sealedSha256());
                }
            }
            RecordSignature.Verdict verdict = signature(context, content);
            lines.add("Signature: " + (verdict == null ? "none" : verdict.sentence()) + ".");
            good &= verdict == null ? !signed : verdict.proven();
            return new Answer(
                    Text.lines(lines.toArray()),
                    Answer.json("record", JsonDocuments.members(record))
                            .and("files", files)
                            .and("signed", verdict != null)
                            .and("signatureHolds", verdict == null ? null : verdict.holds())
                            .and("signerProven", verdict == null ? null : verdict.proven())
                            .and("good", good)
                            .members(),
                    good ? Status.DONE : Status.FAILED);
        }

        /** What is not there was given to its custodian. */
        private boolean isUnchanged(
                List<String> lines, List<Map<String, @Nullable Object>> json, String name, @Nullable String sha256)
                throws CliException {
            Path beside = file.resolveSibling(name);
            String state = "NOT_HERE";
            if (Files.exists(beside)) {
                String now = Text.hex(HashAlgorithm.SHA256.digest(FileIo.read(beside, "file of the ceremony")));
                state = now.equals(sha256) ? "UNCHANGED" : "CHANGED";
            }
            lines.add(name + ": "
                    + switch (state) {
                        case "UNCHANGED" -> "as the record says.";
                        case "CHANGED" -> "CHANGED since the ceremony.";
                        default -> "not here.";
                    });
            json.add(Answer.json("file", name).and("state", state).members());
            return !state.equals("CHANGED");
        }

        private RecordSignature.@Nullable Verdict signature(Context context, byte[] content)
                throws GeneralSecurityException {
            RecordSignature signature = SignatureOfRecord.read(file, signatureFile);
            return signature == null
                    ? null
                    : signature.verify(content, context.settings().checked().trust());
        }
    }
}
