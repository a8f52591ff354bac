// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.card.dkek.DkekSharePassword;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.option.PasswordShareOptions;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.SlotOption;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "domain",
        description = "A device's key domains.",
        subcommands = {
            DomainCommands.Listing.class,
            DomainStatusCommand.class,
            DomainJoinCommand.class,
            DomainSyncCommand.class,
            DomainCommands.Create.class,
            DomainCommands.ImportShare.class,
            DomainCommands.CreateShare.class,
            DomainCommands.ClearKek.class,
            DomainCommands.Delete.class
        })
public final class DomainCommands {
    private static Answer answer(String what, Connected connected, KeyDomain.Status status) {
        return Answer.of(
                Text.lines(what, "Device " + connected.id() + ": " + Text.domain(status)),
                Answer.json("device", connected.id())
                        .and("keyDomain", Text.json(status))
                        .members());
    }

    @Command(
            name = "list",
            description = "Lists the key domains and free slots.",
            footer = {"", "Example:", "  schsm domain list --device ZZSIM000001"})
    static final class Listing extends SchsmCommand {
        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            int slots = connected.device().keyDomainSlots();
            List<KeyDomain.Status> domains = connected.device().keyDomainStatuses();
            boolean pinVerified = domains.stream().allMatch(KeyDomain.Status::hasKek)
                    || connected.device().isLoggedIn();
            Table table = new Table("SLOT", "TYPE", "KCV", "UID");
            for (int slot = 0; slot < slots; slot++) {
                int number = slot;
                domains.stream()
                        .filter(status -> status.slot() == number)
                        .findFirst()
                        .ifPresentOrElse(
                                status -> table.row(
                                        number,
                                        status.isXkek() ? "XKEK" : "DKEK",
                                        Text.kek(status, pinVerified),
                                        Text.hex(status.uid())),
                                () -> table.row(number, "free", null, null));
            }
            List<Map<String, @Nullable Object>> json =
                    domains.stream().map(Text::json).toList();
            return Answer.of(
                    slots == 0
                            ? Text.lines("Device " + connected.id()
                                    + " has no key domain slots: schsm initialize gives it some.")
                            : table.text(),
                    Answer.json("device", connected.id())
                            .and("slots", slots)
                            .and("keyDomains", json)
                            .members());
        }
    }

    @Command(
            name = "create",
            description = "Creates a key domain in a free slot.",
            footer = {"", "Example:", "  schsm domain create --device ZZSIM000003 --slot 1 --dkek-shares 2"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Create extends SchsmCommand {
        @Mixin
        private SlotOption slot;

        @ArgGroup(exclusive = true, multiplicity = "1")
        private Kind kind;

        @Option(
                names = "--expect-uid",
                paramLabel = "HEX",
                converter = Uid.class,
                description =
                        "The key domain's UID, as the group signer's holder told it by another channel, or at least"
                                + " its first 32 digits: another UID is refused, and no confirmation is asked for.")
        private @Nullable String expectedUid;

        static final class Kind {
            @Option(
                    names = "--kdm",
                    paramLabel = "FILE",
                    description = "An XKEK key domain: the membership that its group signer issued for this device.")
            private @Nullable Path kdm;

            @Option(
                    names = "--dkek-shares",
                    paramLabel = "N",
                    converter = Values.Shares.class,
                    description = "A DKEK key domain: number of the shares its key is made of, 1 to 255.")
            private @Nullable Integer shares;
        }

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            KeyDomain created;
            Connected connected;
            if (kind.kdm == null && expectedUid != null) {
                throw new UsageException("--expect-uid goes with --kdm: a DKEK key domain has no UID");
            }
            if (kind.kdm != null) {
                Kdm kdm = Kdm.parse(FileIo.read(kind.kdm, "KDM"));
                connected = pinned(context, kdm);
                created = connected.device().createKeyDomain(slot.number, kdm);
            } else {
                connected = context.openWithPin();
                int shares = kind.shares == null ? 1 : kind.shares;
                created = connected.device().createDkekDomain(slot.number, shares);
            }
            return DomainCommands.answer("Key domain created.", connected, created.status());
        }

        /** The device, once it is known that this key domain is meant: by what was expected, else by asking. */
        private Connected pinned(Context context, Kdm kdm) throws GeneralSecurityException {
            if (expectedUid != null) {
                kdm.requireUid(HexFormat.of().parseHex(expectedUid.strip()));
                return context.openWithPin();
            }
            Connected seen = context.open();
            kdm.verifyFor(seen.device().identity());
            context.confirm(
                    "--expect-uid (or --yes)",
                    "Device " + seen.id() + " joins key domain " + Text.hex(kdm.uid()) + " in slot "
                            + slot.number + "; who holds its group signer (claims to be generated in "
                            + kdm.groupSigner().outerCar().orElse("(unnamed)")
                            + ") decides where the keys in it can go. Compare the UID with its holder's by another way than"
                            + " the KDM came");
            return context.on(seen).openWithPin();
        }

        /** The UID of a key domain, or enough of its first digits; some firmware says both coordinates. */
        static final class Uid extends Values.Matching {
            Uid() {
                super(
                        "\\s*([0-9A-Fa-f]{2}){16,64}\\s*",
                        "that is no UID: it has 64 hexadecimal digits, of which at least 32 are needed, an even number,"
                                + " because a key for fewer can be made: ask the group signer's holder for the whole UID");
            }
        }
    }

    @Command(
            name = "import-share",
            description =
                    "Imports a DKEK share from a file; the KEK is there when none is missing. Takes some seconds.",
            footer = {
                "",
                "Example:",
                "  schsm domain create --device ZZSIM000003 --slot 1 --dkek-shares 1",
                "  schsm domain import-share --device ZZSIM000003 --slot 1 dkek.pbe --password-file dkek-password.txt"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class ImportShare extends SchsmCommand {
        /** What the file is like; a test makes do with fewer rounds. */
        DkekShareFile form = DkekShareFile.common();

        @Mixin
        private SlotOption slot;

        @Parameters(
                paramLabel = "FILE",
                description = "The share, as sc-hsm-tool or schsm domain create-share made it.")
        private Path file;

        @Mixin
        private SecretOptions.Password password;

        @Mixin
        private PasswordShareOptions shares;

        @Override
        protected String work() {
            return "opening the share takes its password 30,000,000 rounds";
        }

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            if (shares.areGiven() && password.secret().isGiven()) {
                throw new UsageException(
                        "the password of " + file + " is either given whole or by its shares: leave out"
                                + " --password-env and --password-file, or --shares and --shares-file");
            }
            shares.require();
            byte[] encrypted = FileIo.read(file, "DKEK share");
            Connected connected = context.open();
            KeyDomain domain = connected.device().keyDomain(slot.number);
            byte[] share = decrypt(context.io(), encrypted);
            try {
                int missing = domain.status().outstanding();
                KeyDomain.Status after = domain.importShare(share);
                boolean waits = missing > 0 && after.outstanding() == missing;
                return DomainCommands.answer(
                        waits ? "Share sent; this device counts it once the user PIN is verified." : "Share imported.",
                        connected,
                        after);
            } finally {
                Arrays.fill(share, (byte) 0);
            }
        }

        private byte[] decrypt(Io io, byte[] encrypted) throws GeneralSecurityException {
            if (shares.areGiven()) {
                return form.open(encrypted, shares.read(io));
            }
            byte[] secret = password.read(io, "of " + file);
            try {
                return form.open(encrypted, secret);
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        }
    }

    @Command(
            name = "create-share",
            description = "Writes a new random DKEK share to a file; no device is needed. Takes some seconds.",
            footer = {"", "Example:", "  schsm domain create-share dkek-2.pbe --password-file dkek-password.txt"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class CreateShare extends SchsmCommand {
        /** What the file is like; a test makes do with fewer rounds. */
        DkekShareFile form = DkekShareFile.common();

        @Parameters(paramLabel = "FILE", description = "The file to write, e.g. share-1.pbe.")
        private Path file;

        @Option(names = "--overwrite", description = "Replace the file if it is there already.")
        private boolean overwrite;

        @Mixin
        private SecretOptions.Password password;

        @ArgGroup(exclusive = false)
        private @Nullable Custodians custodians;

        static final class Custodians {
            @Option(
                    names = "--threshold",
                    required = true,
                    paramLabel = "N",
                    converter = Values.Threshold.class,
                    description = "Divide a random password among custodians: how many of them can open the file, at"
                            + " least 2.")
            private int threshold;

            @Option(
                    names = "--total",
                    required = true,
                    paramLabel = "M",
                    converter = Total.class,
                    description = "How many custodians there are, at least 3; their password shares go to files"
                            + " FILE.password-1-of-M and so on.")
            private int total;

            /** How many custodians there are. */
            static final class Total extends Values.Whole {
                Total() {
                    super(DkekSharePassword.MIN_TOTAL, DkekPasswordShare.MAX_ID);
                }
            }
        }

        @Override
        protected String work() {
            return "protecting the share takes its password 30,000,000 rounds";
        }

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            if (custodians != null && custodians.threshold > custodians.total) {
                throw new UsageException("--threshold " + custodians.threshold + ": of the total of " + custodians.total
                        + " custodians at most all are needed");
            }
            OutputFiles.require(file, overwrite);
            if (custodians != null) {
                return divided(custodians);
            }
            byte[] secret = password.readNew(context.io(), "of " + file);
            try (OutputFiles files = new OutputFiles(overwrite)) {
                write(files, secret);
                files.commit();
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
            return Answer.of(
                    "DKEK share written to " + FileIo.target(file) + ".",
                    Answer.json("file", file).members());
        }

        private void write(OutputFiles files, byte[] secret) throws CliException {
            byte[] share = new byte[DkekShareFile.SHARE_LENGTH];
            try {
                SecureRandom random = new SecureRandom();
                random.nextBytes(share);
                files.add(file, form.seal(share, secret, random), false);
            } finally {
                Arrays.fill(share, (byte) 0);
            }
        }

        private Answer divided(Custodians among) throws GeneralSecurityException {
            if (StandardFile.is(file)) {
                throw new UsageException(
                        "the password shares are written next to the share's file: give a file in place of -");
            }
            if (password.secret().isGiven()) {
                throw new UsageException("a password that is divided is a random one: leave out --password-env and"
                        + " --password-file, or --threshold and --total");
            }
            SecureRandom random = new SecureRandom();
            byte[] secret = DkekSharePassword.generate(random);
            List<Path> names = new ArrayList<>();
            List<byte[]> contents = new ArrayList<>();
            try (OutputFiles files = new OutputFiles(overwrite)) {
                for (DkekPasswordShare share : DkekSharePassword.divide(secret, among.threshold, among.total, random)) {
                    Path name = Path.of(file + ".password-" + share.id() + "-of-" + among.total);
                    byte[] lines = share.encode();
                    names.add(name);
                    contents.add(lines);
                    files.add(name, lines, true);
                }
                write(files, secret);
                files.commit();
            } finally {
                Arrays.fill(secret, (byte) 0);
                contents.forEach(lines -> Arrays.fill(lines, (byte) 0));
            }
            return Answer.of(
                    Text.lines(
                            "DKEK share written to " + FileIo.target(file) + ". Any " + among.threshold + " of these "
                                    + among.total + " password shares open it:",
                            new Lines(names.stream().map(one -> "  " + one).toList()),
                            "Give each to its custodian, and delete them here."),
                    Answer.json("file", file)
                            .and("threshold", among.threshold)
                            .and(
                                    "passwordShares",
                                    names.stream().map(Path::toString).toList())
                            .members());
        }
    }

    @Command(
            name = "clear-kek",
            description = "Deletes a key domain's KEK; its keys stay and can be used.",
            footer = {"", "Example:", "  schsm domain clear-kek --device ZZSIM000003 --slot 0"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class ClearKek extends SchsmCommand {
        @Mixin
        private SlotOption slot;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.openWithPin();
            KeyDomain domain = connected.device().keyDomain(slot.number);
            domain.clearKek();
            return DomainCommands.answer("KEK cleared.", connected, domain.status());
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a key domain that has no keys.",
            footer = {"", "Example:", "  schsm domain delete --device ZZSIM000002 --slot 0"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Delete extends SchsmCommand {
        @Mixin
        private SlotOption slot;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected seen = context.open();
            KeyDomain domain = seen.device().keyDomain(slot.number);
            context.confirm("The " + domain + " will be deleted");
            Connected connected = context.on(seen).openWithPin();
            connected.device().keyDomain(slot.number).delete();
            return Answer.of(
                    "The key domain in slot " + slot.number + " of device " + connected.id() + " is deleted.",
                    Answer.json("device", connected.id())
                            .and("slot", slot.number)
                            .and("deleted", true)
                            .members());
        }
    }
}
