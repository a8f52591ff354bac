// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.selftest.SelfTest;
import io.github.schsm.admin.selftest.SelfTestReport;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "selftest",
        description = {
            "Checks on a device what docs/protocol.md says, sentence by sentence: confirmed, contradicted (with the bytes),"
                    + " or not tried (and why).",
            "By default nothing is changed and no PIN is sent. With --destructive the device is erased, and everything is"
                    + " tried on it: take a spare one.",
            "The file of --out can be sent to the project; it holds no secrets, and with --anonymous no ids."
        },
        footer = {
            "",
            "Example:",
            "  schsm selftest --device ZZSIM000001 --anonymous --out selftest.json",
            "  schsm selftest --device ZZSIM000001 --label tls --only algorithms"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SelfTestCommand extends SchsmCommand {
    @Option(
            names = "--destructive",
            description =
                    "Erase the device, and try everything: initialization, keys of each kind, PINs, key domains, what"
                            + " is refused. Asks first: the device's id has to be typed.")
    private boolean destructive;

    @Option(
            names = "--with",
            paramLabel = "ID",
            converter = Values.DeviceName.class,
            description = "With --destructive: a second device, which is erased as well, for what takes two.")
    private @Nullable String with;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "Sign with this key, which takes the PIN and counts as two uses. Not with --destructive.")
    private @Nullable String label;

    @Option(
            names = "--only",
            paramLabel = "SECTION",
            split = ",",
            converter = Section.class,
            description =
                    "Only the checks of these sections of docs/protocol.md, e.g. files,algorithms, or one by its name,"
                            + " e.g. files.read-all.")
    private @Nullable List<String> only;

    @Option(
            names = "--anonymous",
            description = "Leave out what tells which device it is: ids, serial numbers, certificates, public keys.")
    private boolean anonymous;

    @Mixin
    private SecretOptions.SoPin soPin;

    @Mixin
    private SecretOptions.OtherSoPin otherSoPin;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the report to this file, as JSON with the text in it.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    @Override
    protected String work() {
        return "testing the device";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        requireFitting();
        if (with != null) {
            context.on("--with", with);
        }
        SelfTestReport report = run(context);
        List<String> lines = new ArrayList<>(report.lines());
        Path file = out;
        if (file != null) {
            FileIo.write(file, report.encode(), overwrite);
            lines.add("The report is in " + FileIo.target(file) + ".");
        }
        return new Answer(new Lines(lines), report.json(), report.isPassed() ? Status.DONE : Status.FAILED);
    }

    /** A section of docs/protocol.md, or a check. */
    static final class Section extends Values.Text {
        @Override
        protected void require(String value) throws InvalidRequestException {
            if (!SelfTest.sections().contains(value) && !SelfTest.checks().contains(value)) {
                throw new InvalidRequestException(
                        "that is no section of docs/protocol.md and no check; the sections are "
                                + String.join(", ", SelfTest.sections()));
            }
        }
    }

    private void requireFitting() throws UsageException {
        if (with != null && !destructive) {
            throw new UsageException(
                    "--with names a second device to be erased: give --destructive as well, or leave it out");
        }
        if (label != null && destructive) {
            throw new UsageException("--label names a key, and --destructive erases all keys: give one of them");
        }
    }

    private SelfTestReport run(Context context) throws GeneralSecurityException {
        Connected connected = context.open();
        String id = connected.id();
        // The device may have no name yet: then the only one that is there is meant again.
        SelfTest test = SelfTest.of(context.on(id).settings().text());
        if (only != null) {
            test.only(only);
        }
        if (anonymous) {
            test.anonymous();
        }
        String wantedKey = label;
        if (wantedKey != null) {
            char[] pin = context.pin()
                    .read(
                            context.io(),
                            "of device " + id,
                            connected.device().administration().userPin().triesLeft());
            try {
                test.withKey(wantedKey, pin);
            } finally {
                Arrays.fill(pin, '\0');
            }
        }
        if (destructive) {
            prepare(context, connected, test);
        }
        return test.run((check, number, total) -> at(number + " of " + total + " checks"));
    }

    private void prepare(Context context, Connected connected, SelfTest test) throws GeneralSecurityException {
        String id = connected.id();
        context.confirmErasure(
                id, "Everything on device " + id + " will be erased, and its user PIN will be 648219 afterwards");
        char[] so = soPin.secret()
                .read(
                        context.io(),
                        "of device " + id,
                        connected.device().administration().soPin().triesLeft());
        try {
            test.destructive(so);
            String second = with;
            if (second != null) {
                context.confirmErasure(second, "Everything on device " + second + " will be erased as well");
                Secret others = otherSoPin.secret();
                char[] other = others.isGiven() || !soPin.secret().isGiven()
                        ? others.read(context.io(), "of device " + second)
                        : so.clone();
                try {
                    test.with(second, other);
                } finally {
                    Arrays.fill(other, '\0');
                }
            }
        } finally {
            Arrays.fill(so, '\0');
        }
    }
}
