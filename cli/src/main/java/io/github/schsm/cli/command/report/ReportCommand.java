// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.report;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.policy.Policy;
import io.github.schsm.admin.report.CustodiansRecord;
import io.github.schsm.admin.report.Report;
import io.github.schsm.admin.report.ReportSigner;
import io.github.schsm.admin.report.SignedReport;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.command.dkek.SignatureOfRecord;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "report",
        description = {
            "Writes the auditor's document over all devices in reach: key domains, devices and keys, attestations with"
                    + " their certificates, and what a policy says of them; as a page (HTML) that prints well, or as JSON.",
            "With --sign-with it is signed with a key of a device. With --json the answer is the report itself.",
            "Exit status 3 if a device could not be read, which the report then says."
        },
        subcommands = ReportVerifyCommand.class,
        footer = {
            "",
            "Example:",
            "  schsm report --out inventory.html",
            "  schsm report --device ZZSIM000001 --sign-with tls --out signed.html",
            "  schsm report verify --ca tls.pem signed.html"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ReportCommand extends SchsmCommand {
    static final int MOST_BYTES = 64 << 20;
    private static final String JSON_ENDING = ".json";

    /** Forms of a report. */
    enum Form {
        /** A page. */
        HTML,
        /** A JSON document. */
        JSON
    }

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description =
                    "The file to write; - for standard output. Default: schsm-report-DATE.html in the current folder;"
                            + " with --json none.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "html or json. Default: json if the file's name ends in .json, else html.")
    private @Nullable Form format;

    @Option(
            names = "--sign-with",
            paramLabel = "LABEL",
            description = "Sign it with this key, which takes its device's PIN; --device says whose key is meant where"
                    + " several have the label.")
    private @Nullable String signWith;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "The policy that devices and keys are checked against. Default: the one of schsm check.")
    private @Nullable Path policy;

    @Option(
            names = "--custodians",
            paramLabel = "FILE",
            description = "The record of a DKEK ceremony (record.json), to be in the report, with its signature.")
    private @Nullable Path custodians;

    @Option(
            names = "--custodians-signature",
            paramLabel = "FILE",
            description = "The signature of that record. Default: record.signature.json beside it, if it is there.")
    private @Nullable Path custodiansSignature;

    @Option(
            names = "--audit-log",
            paramLabel = "FILE",
            description = "The audit log whose summary is in the report, with those of its files that were full before."
                    + " Default: the one of the configuration.")
    private @Nullable Path auditLog;

    @Option(names = "--title", paramLabel = "TEXT", description = "The report's title.")
    private @Nullable String title;

    @Override
    protected String work() {
        return "reading devices";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        Policy rules = policy == null
                ? Policy.standard()
                : Policy.parse("policy " + FileIo.named(policy), FileIo.read(policy, "policy"));
        CustodiansRecord ceremony = ceremony(context);
        Path file = file(context);
        if (file != null) {
            OutputFiles.require(file, overwrite);
        }
        Inventory inventory = context.inventory()
                .withListener(progress -> at(progress.toString()))
                .read();
        Report.Builder builder = Report.builder(inventory).program(version()).policy(rules.check(inventory));
        if (ceremony != null) {
            builder.custodians(ceremony);
        }
        audit(context, builder);
        if (title != null) {
            builder.title(title);
        }
        SignedReport report = signWith == null
                ? SignedReport.unsigned(builder)
                : SignedReport.signed(builder, signer(context, inventory, signWith));
        if (file != null) {
            FileIo.write(file, form(file) == Form.JSON ? report.json() : report.html(), overwrite);
        }
        return new Answer(
                text(report, file, ceremony),
                JsonDocuments.members(report),
                inventory.hasFailures() ? Status.INCOMPLETE : Status.DONE);
    }

    private @Nullable CustodiansRecord ceremony(Context context) throws SchsmException {
        Path record = custodians;
        if (record == null) {
            if (custodiansSignature != null) {
                throw new CliException("--custodians-signature is the signature of a record: give that, too, with"
                        + " --custodians FILE");
            }
            return null;
        }
        CustodiansRecord read = CustodiansRecord.of(
                "record of a ceremony " + FileIo.named(record), FileIo.read(record, "record of a ceremony"));
        RecordSignature signature = SignatureOfRecord.read(record, custodiansSignature);
        return signature == null
                ? read
                : read.signedBy(signature, context.settings().checked().trust());
    }

    private @Nullable Path file(Context context) {
        if (out != null || context.options().json) {
            return out;
        }
        return Path.of("schsm-report-" + LocalDate.now(ZoneOffset.UTC) + (format == Form.JSON ? JSON_ENDING : ".html"));
    }

    private Form form(Path file) {
        if (format != null) {
            return format;
        }
        Path name = file.getFileName();
        return name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(JSON_ENDING) ? Form.JSON : Form.HTML;
    }

    private void audit(Context context, Report.Builder builder) throws SchsmException {
        AuditSettings configured = context.settings().audit().orElse(null);
        Path file = auditLog != null ? auditLog : configured == null ? null : configured.file();
        if (file == null) {
            return;
        }
        try {
            builder.audit(AuditReader.of(file));
        } catch (AuditLogException unreadable) {
            if (auditLog != null) {
                throw unreadable;
            }
            builder.noAudit(String.valueOf(unreadable.getMessage()));
        }
    }

    private static ReportSigner signer(Context context, Inventory inventory, String label)
            throws GeneralSecurityException, CliException {
        List<Cell> found = new ArrayList<>();
        int keys = 0;
        for (Row row : inventory.domains().stream()
                .flatMap(domain -> domain.keys().stream())
                .toList()) {
            List<Cell> cells = row.cells().stream()
                    .filter(cell -> cell.state() == State.HAS && label.equals(cell.label()))
                    .filter(cell -> isNamed(context, inventory, cell.device()))
                    .toList();
            found.addAll(cells);
            keys += cells.isEmpty() ? 0 : 1;
        }
        if (found.isEmpty()) {
            throw new CliException("no key \"" + label + "\" to sign the report with is on the devices here");
        }
        if (keys > 1) {
            throw new CliException("several keys are called \"" + label + "\", on "
                    + String.join(", ", found.stream().map(Cell::device).toList())
                    + ": say with --device whose signs the report");
        }
        String device = found.get(0).device();
        Connected connected = context.on(device).openWithPin();
        return ReportSigner.of(connected.keyStore(), device, label);
    }

    private static boolean isNamed(Context context, Inventory inventory, String name) {
        List<String> named = context.named();
        return named.isEmpty()
                || inventory
                        .device(name)
                        .filter(device -> named.stream().anyMatch(device::isCalled))
                        .isPresent();
    }

    private static Lines text(SignedReport signed, @Nullable Path file, @Nullable CustodiansRecord ceremony) {
        Report report = signed.report();
        Inventory inventory = report.inventory();
        Report.Signer signer = report.signer();
        long keys = inventory.devices().stream()
                .map(Device::keys)
                .mapToLong(List::size)
                .sum();
        List<String> lines = new ArrayList<>();
        lines.add("Report on " + inventory.devices().size()
                + (inventory.devices().size() == 1 ? " device with " : " devices with ") + keys
                + (keys == 1 ? " key" : " keys") + (file == null ? "" : " written to " + FileIo.target(file)) + ".");
        lines.add(
                signer == null
                        ? "It is not signed: --sign-with LABEL signs it with a key of a device."
                        : "Signed with the key \"" + signer.label() + "\" of device " + signer.device() + ".");
        if (ceremony != null) {
            lines.add("In it, " + ceremony.sentence() + ".");
        }
        inventory.readers().stream()
                .filter(Reader::failed)
                .forEach(reader -> lines.add("Not read: " + reader.name() + ": " + reader.problem()));
        return Text.lines(new Lines(lines));
    }
}
