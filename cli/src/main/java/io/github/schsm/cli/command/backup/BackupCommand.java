// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.backup;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.ExpectedPeer;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.backup.Backup;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupAuthenticity;
import io.github.schsm.admin.backup.BackupManifest;
import io.github.schsm.admin.backup.BackupManifest.Missing;
import io.github.schsm.admin.progress.RunningWork;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "backup",
        description = {
            "Saves a device's keys (each wrapped under its key domain's KEK), certificates, and data objects in one"
                    + " archive, which only its owner may read. Default name: <device>-<date>.backup.zip.",
            "Exit status 3 if something could not be saved: the answer says what and why."
        },
        subcommands = VerifyCommand.class,
        footer = {"", "Example:", "  schsm backup --device ZZSIM000003 --out dkek.backup.zip"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BackupCommand extends SchsmCommand {
    @Mixin
    private OutputOptions output;

    @Option(
            names = "--to",
            paramLabel = "ID",
            converter = Values.DeviceName.class,
            description =
                    "Keys of XKEK key domains, too: the member that can restore them, and nobody else. It has to be"
                            + " here, and gets an exchange key, schsm-restore-<slot>, that it must keep; or its exchange key comes"
                            + " with --peer.")
    private @Nullable String to;

    @Option(
            names = "--peer",
            paramLabel = "FILE",
            description = "The public key file of an exchange key of the member that can restore keys of its XKEK key"
                    + " domain, as its schsm exchange-key export wrote it. --to says which device it has to be; otherwise"
                    + " that is asked.")
    private @Nullable Path peer;

    @Mixin
    private SecretOptions.ToPin toPin;

    @Option(
            names = "--sign-with",
            paramLabel = "LABEL",
            description =
                    "The key of the device that signs the manifest. Default: one that the device makes for that and"
                            + " deletes; its attestation proves which device it was.")
    private @Nullable String signer;

    @Option(names = "--unsigned", description = "Do not sign: nothing shows later whether the archive was changed.")
    private boolean unsigned;

    @Option(
            names = "--without-use-counter",
            description = "Save keys with a use counter too: the counter is not saved, a restored key has none.")
    private boolean withoutUseCounter;

    @Option(
            names = "--without-protected-data",
            description = "Leave out data objects that are PIN-protected: in the archive they are not.")
    private boolean withoutProtectedData;

    @Override
    protected String work() {
        return "saving keys and objects";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (context.settings().isManyAsOne()) {
            throw new UsageException("a backup is of one device: give --device and leave out --domain and --members");
        }
        if (signer != null && unsigned) {
            throw new UsageException("--sign-with and --unsigned exclude each other");
        }
        requireMember(context);
        AttestedPublicKey exchange =
                peer == null ? null : AttestedPublicKey.parse(FileIo.read(peer, "public key file"));
        Connected seen = context.open();
        String name = seen.id() + "-" + LocalDate.now(Clock.systemUTC()) + ".backup.zip";
        output.require(name);
        if (exchange != null) {
            requireMeant(context, seen, exchange);
        }
        Connected connected = context.on(seen).openWithPin();
        BackupArchive archive;
        try (RunningWork told = context.tell("backup", connected.id())) {
            archive = chosen(context, connected, exchange).run(progress -> {
                at(progress.done() + " of " + progress.total() + " objects");
                told.at(progress.done(), progress.total());
            });
            told.done();
        }
        Path file = output.writeSecret(name, archive.encode());
        return answered(connected, archive, file);
    }

    /** A key file names its device in full, a device that is here as others do. */
    private void requireMember(Context context) throws SchsmException {
        if (to != null && peer != null) {
            expected(to);
        } else if (to != null) {
            context.on("--to", to);
        }
    }

    private void requireMeant(Context context, Connected seen, AttestedPublicKey exchange) throws SchsmException {
        if (to != null) {
            expected(to).require(exchange);
            return;
        }
        DeviceIdentity identity =
                seen.device().trust().verify(exchange).device().identity();
        context.confirm(
                "--to (or --yes)",
                "Device " + identity.deviceId() + " (key fingerprint " + identity.keyFingerprint()
                        + ") will be able to restore the keys of key domain "
                        + exchange.keyDomainUid().map(Text::hex).orElse("(none)"));
    }

    private static ExpectedPeer expected(String device) throws UsageException {
        try {
            return new ExpectedPeer(device.strip());
        } catch (IllegalArgumentException unusable) {
            throw UsageException.of("--to", device, unusable);
        }
    }

    private Backup chosen(Context context, Connected connected, @Nullable AttestedPublicKey exchange)
            throws GeneralSecurityException {
        Backup backup = Backup.of(connected.keyStore());
        if (exchange != null) {
            backup = backup.to(exchange);
        } else if (to != null) {
            if (to.equals(connected.id())) {
                throw new CliException("--to is the device itself, " + to
                        + ": a backup that only it can restore is lost with it; name another member");
            }
            Secret pin = toPin.secret();
            Context there = context.on(to);
            backup = backup.to((pin.isGiven() ? there.openWithPin(pin) : there.openWithPin()).keyStore());
        }
        if (signer != null) {
            backup = backup.signedWith(signer);
        } else if (unsigned) {
            backup = backup.unsigned();
        }
        if (withoutUseCounter) {
            backup = backup.withoutUseCounter();
        }
        return withoutProtectedData ? backup.withoutProtectedData() : backup;
    }

    private static Answer answered(Connected connected, BackupArchive archive, Path file) throws SchsmException {
        BackupManifest manifest = archive.manifest();
        BackupAuthenticity authenticity =
                archive.authenticity(connected.device().trust());
        long keys = saved(manifest.keys().stream().map(BackupManifest.Key::wrapped));
        long data = saved(manifest.data().stream().map(BackupManifest.Data::content));
        long readable = manifest.data().stream()
                .filter(object -> object.pinProtected() && object.content() != null)
                .count();
        List<String> lines = new ArrayList<>();
        lines.add("Backup of device " + connected.id() + " written to " + FileIo.target(file) + ": " + keys + " of "
                + manifest.keys().stream().filter(key -> !key.exchangeKey()).count() + " keys, "
                + manifest.certificates().size() + " other certificates, " + data + " of "
                + manifest.data().size() + " data objects.");
        lines.add("It is " + authenticity.sentence() + ".");
        archive.notSigned().ifPresent(reason -> lines.add("It could not be signed: " + reason));
        for (Missing missing : manifest.missing()) {
            lines.add("NOT saved: " + Outcomes.named(missing.kind(), missing.label()) + ": " + missing.reason() + ".");
        }
        if (readable > 0) {
            lines.add(readable + " PIN-protected data objects are in it as they are: keep the file as secret as they.");
        }
        boolean complete = manifest.missing().isEmpty() && archive.notSigned().isEmpty();
        return new Answer(
                new Lines(lines),
                Answer.json("device", connected.id())
                        .and("file", file)
                        .and("created", manifest.created().toString())
                        .and("keys", keys)
                        .and("certificates", manifest.certificates().size())
                        .and("dataObjects", data)
                        .and("protectedDataObjects", readable)
                        .and("authenticity", Outcomes.json(authenticity))
                        .and("notSigned", archive.notSigned().orElse(null))
                        .and(
                                "missing",
                                manifest.missing().stream()
                                        .map(BackupCommand::json)
                                        .toList())
                        .members(),
                complete ? Status.DONE : Status.INCOMPLETE);
    }

    private static long saved(Stream<BackupManifest.@Nullable Content> contents) {
        return contents.filter(Objects::nonNull).count();
    }

    private static Map<String, @Nullable Object> json(Missing missing) {
        return Answer.json("kind", missing.kind().name())
                .and("label", missing.label())
                .and("reason", missing.reason())
                .members();
    }
}
