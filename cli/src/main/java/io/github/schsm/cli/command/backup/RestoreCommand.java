// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.backup;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupAuthenticity;
import io.github.schsm.admin.backup.BackupItem;
import io.github.schsm.admin.backup.Restoration;
import io.github.schsm.admin.progress.RunningWork;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.config.SchsmConfiguration;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Brings what is in a backup to a device, or to several (--device A,B or --all). What is there already is passed"
                    + " over and nothing is replaced, so after an interruption the same command goes on.",
            "Asks first if no trusted device vouches for the archive. Exit status 3 if something cannot be brought there."
        },
        footer = {
            "",
            "Example:",
            "  schsm backup --device ZZSIM000003 --out dkek.backup.zip",
            "  schsm restore --device ZZSIM000003 --dry-run dkek.backup.zip",
            "  schsm restore --device ZZSIM000003 dkek.backup.zip"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RestoreCommand extends SchsmCommand {
    @Parameters(paramLabel = "FILE", description = "The backup, as schsm backup wrote it.")
    private Path file;

    @Option(
            names = "--dry-run",
            description =
                    "Show what would be written, what is there already, and what cannot come there; change nothing.")
    private boolean dryRun;

    @Option(names = "--all", description = "To every device that is here.")
    private boolean all;

    @Option(names = "--device-label", description = "Give the device the label of the one that the backup is of, too.")
    private boolean deviceLabel;

    @Override
    protected String work() {
        return "restoring";
    }

    /**
     * What became of one device.
     *
     * @param report  null if it could not be read at all
     * @param problem why not
     */
    private record One(
            String device,
            Restoration.@Nullable Report report,
            @Nullable SchsmException problem) {}

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (context.settings().isManyAsOne()) {
            throw new UsageException("a backup is restored device by device: leave out --domain and --members, and give"
                    + " --device A,B or --all");
        }
        String named = context.settings().get(SchsmConfiguration.DEVICE).orElse(null);
        if (all && named != null) {
            throw new UsageException("--all is every device that is here: leave out --device");
        }
        BackupArchive archive = Outcomes.read(file);
        BackupAuthenticity authenticity =
                archive.authenticity(context.settings().checked().trust());
        if (authenticity.kind() == BackupAuthenticity.Kind.FORGED) {
            throw new CliException(file + " is not restored: " + authenticity.sentence());
        }
        List<Context> targets = targets(context, named);
        if (!dryRun && !authenticity.isProven()) {
            context.confirm(
                    "The archive " + file + " is " + authenticity.sentence() + ". What is in it will be written to "
                            + (targets.size() == 1 ? "the device" : targets.size() + " devices"));
        }
        List<One> done = new ArrayList<>();
        for (Context target : targets) {
            done.add(one(target, archive, targets.size()));
        }
        return answered(archive, authenticity, done);
    }

    private List<Context> targets(Context context, @Nullable String named) throws SchsmException {
        List<Context> targets = new ArrayList<>();
        if (all) {
            for (FoundDevice found : context.provider().devices()) {
                SchsmDevice device = found.device();
                if (device != null) {
                    targets.add(context.on(device.name()));
                }
            }
            if (targets.isEmpty()) {
                throw new CliException("no device is here");
            }
        } else if (named != null && named.contains(",")) {
            for (String id : Stream.of(named.split("\\s*,\\s*", -1)).distinct().toList()) {
                targets.add(context.on(id));
            }
        } else {
            targets.add(context);
        }
        return targets;
    }

    private One one(Context target, BackupArchive archive, int of) throws GeneralSecurityException {
        String name = target.settings().get(SchsmConfiguration.DEVICE).orElse("");
        try {
            Restoration restoration =
                    Restoration.of(archive, target.openWithPin().keyStore());
            if (deviceLabel) {
                restoration = restoration.withDeviceLabel();
            }
            Restoration.Report report = dryRun ? restoration.plan() : run(target, restoration, of == 1 ? "" : name);
            return new One(report.device(), report, null);
        } catch (SchsmException failed) {
            if (of == 1) {
                throw failed;
            }
            return new One(name, null, failed);
        }
    }

    private Restoration.Report run(Context target, Restoration restoration, String name) throws SchsmException {
        try (RunningWork told = target.tell("restore", name)) {
            Restoration.Report report = restoration.run(progress -> {
                at(progress.done() + " of " + progress.total() + " objects" + (name.isEmpty() ? "" : " on " + name));
                told.at(progress.done(), progress.total());
            });
            told.done();
            return report;
        }
    }

    private Answer answered(BackupArchive archive, BackupAuthenticity authenticity, List<One> done) {
        List<String> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        lines.add("Backup of device " + archive.manifest().device().name() + " of "
                + archive.manifest().created() + ", " + authenticity.sentence() + ".");
        boolean failed = false;
        boolean incomplete = false;
        for (One one : done) {
            Restoration.Report report = one.report;
            SchsmException problem = one.problem;
            lines.add("Device " + one.device + (problem == null ? ":" : ": FAILED: " + Errors.message(problem)));
            List<BackupItem> items = report == null ? List.of() : report.items();
            List<String> left = report == null ? List.of() : report.leftBehind();
            items.forEach(item -> lines.add("  " + Outcomes.sentence(item)));
            left.forEach(what -> lines.add("  Left by an interruption: " + what + "; see schsm cleanup."));
            failed |= report == null || report.hasFailed();
            incomplete |= report == null || !report.isComplete() || !left.isEmpty();
            json.add(Answer.json("device", one.device)
                    .and("items", items.stream().map(Outcomes::json).toList())
                    .and("leftBehind", left)
                    .and("error", problem == null ? null : Errors.members(problem))
                    .members());
        }
        int status = failed ? Status.FAILED : incomplete ? Status.INCOMPLETE : Status.DONE;
        return new Answer(
                new Lines(lines),
                Answer.json("file", file)
                        .and("of", archive.manifest().device().name())
                        .and("created", archive.manifest().created().toString())
                        .and("authenticity", Outcomes.json(authenticity))
                        .and("dryRun", dryRun)
                        .and("devices", json)
                        .members(),
                status);
    }
}
