// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.backup;

import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupManifest.Missing;
import io.github.schsm.admin.backup.BackupProgress;
import io.github.schsm.admin.backup.BackupVerification;
import io.github.schsm.admin.backup.BackupVerification.Finding;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.command.dkek.DkekShareOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Tells whether a backup can be restored: restores it into a simulated device (--share) or into a scratch device"
                    + " (--scratch), compares, and removes it there. Without either only the archive is looked at, which is no"
                    + " full verification.",
            "Exit status 1 if something is not as it should be."
        },
        footer = {
            "",
            "Example:",
            "  schsm backup --device ZZSIM000003 --out verified.backup.zip",
            "  schsm backup verify verified.backup.zip",
            "  schsm backup verify --share dkek.pbe --share-password-file dkek-password.txt verified.backup.zip"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class VerifyCommand extends SchsmCommand {
    @Parameters(paramLabel = "FILE", description = "The backup, as schsm backup wrote it.")
    private Path file;

    @Mixin
    private DkekShareOptions shares;

    @Option(
            names = "--scratch",
            paramLabel = "ID",
            converter = Values.DeviceName.class,
            description = "The device to restore into: one with the backup's DKEK, or the member that it was made for.")
    private @Nullable String scratch;

    @Option(
            names = "--signed",
            description =
                    "Demand that the device that the backup is of signed it. Anyone who changes an archive can leave out its"
                            + " signature, or sign it with another key.")
    private boolean signed;

    @Override
    protected String work() {
        return shares.areGiven() ? "opening shares, restoring and comparing" : "restoring and comparing";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (scratch != null && shares.areGiven()) {
            throw new UsageException(
                    "--share restores into a simulated device, --scratch into a real one: give one of them");
        }
        if (scratch != null) {
            context.on("--scratch", scratch);
        }
        shares.require();
        BackupArchive archive = Outcomes.read(file);
        BackupVerification verification =
                BackupVerification.of(archive, context.settings().checked().trust());
        return answered(archive, report(context, verification));
    }

    private BackupVerification.Report report(Context context, BackupVerification verification)
            throws GeneralSecurityException {
        Consumer<BackupProgress> listener = progress -> at(progress.done() + " of " + progress.total() + " objects");
        if (scratch != null) {
            return verification.on(context.on(scratch).openWithPin().keyStore(), listener);
        }
        if (!shares.areGiven()) {
            return verification.structure();
        }
        List<DkekShareOptions.Opened> opened = shares.open(context.io(), 0);
        try {
            return verification.withShares(
                    opened.stream().map(DkekShareOptions.Opened::share).toList(), listener);
        } finally {
            opened.forEach(DkekShareOptions.Opened::wipe);
        }
    }

    private Answer answered(BackupArchive archive, BackupVerification.Report report) {
        List<String> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        lines.add("Backup of device " + archive.manifest().device().name() + " of "
                + archive.manifest().created() + ", " + report.authenticity().sentence() + ".");
        for (Finding finding : report.findings()) {
            lines.add((finding.good() ? "good: " : "BAD:  ") + Outcomes.named(finding.kind(), finding.label()) + ": "
                    + finding.sentence());
            json.add(Answer.json("kind", finding.kind().name())
                    .and("label", finding.label())
                    .and("good", finding.good())
                    .and("sentence", finding.sentence())
                    .members());
        }
        boolean good = report.isGood() && (!signed || report.authenticity().isProven());
        if (signed && !report.authenticity().isProven()) {
            lines.add("BAD:  no signature of the device that it is of proves where it comes from.");
        }
        for (Missing missing : archive.manifest().missing()) {
            lines.add("Not in it: " + Outcomes.named(missing.kind(), missing.label()) + ": " + missing.reason());
        }
        lines.add(
                report.isFull()
                        ? "Restored into device " + report.restoredTo() + " and compared."
                        : "This was no full verification: nothing was restored. Give --share for each share of the DKEK, or"
                                + " --scratch with a device.");
        return new Answer(
                new Lines(lines),
                Answer.json("file", file)
                        .and("of", archive.manifest().device().name())
                        .and("created", archive.manifest().created().toString())
                        .and("good", good)
                        .and("full", report.isFull())
                        .and("restoredTo", report.restoredTo())
                        .and("authenticity", Outcomes.json(report.authenticity()))
                        .and("findings", json)
                        .and("missing", archive.manifest().missing().size())
                        .members(),
                good ? Status.DONE : Status.FAILED);
    }
}
