// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Text;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "pin",
        description = "Shows, verifies, changes and unblocks PINs.",
        subcommands = {
            PinCommands.State.class,
            PinCommands.Verify.class,
            PinCommands.Change.class,
            PinCommands.Unblock.class
        })
public final class PinCommands {
    private static Answer answer(String text, Connected connected) throws GeneralSecurityException {
        TokenAdministration administration = connected.device().administration();
        PinStatus user = administration.userPin();
        PinStatus so = administration.soPin();
        Optional<Set<DeviceInitialization.Option>> options = administration.options();
        return Answer.of(
                Text.lines(
                        text.isEmpty() ? null : text,
                        "Device   " + connected.id(),
                        "User PIN " + Text.pin(user),
                        "SO-PIN   " + Text.pin(so),
                        options.map(PinCommands::unblocking).orElse(null)),
                Answer.json("device", connected.id())
                        .and("userPin", Text.json(user))
                        .and("soPin", Text.json(so))
                        .and("options", options.map(PinCommands::names).orElse(null))
                        .members());
    }

    /** What the SO-PIN is good for, which people have to know before they need it. */
    private static String unblocking(Set<DeviceInitialization.Option> options) {
        if (!options.contains(DeviceInitialization.Option.RESET_RETRY_COUNTER)) {
            return "The SO-PIN cannot unblock the user PIN.";
        }
        return options.contains(DeviceInitialization.Option.UNBLOCK_ONLY)
                ? "The SO-PIN can unblock the user PIN, but not set another."
                : "The SO-PIN can unblock the user PIN and set another.";
    }

    private static List<String> names(Set<DeviceInitialization.Option> options) {
        return options.stream().sorted().map(DeviceInitialization.Option::name).toList();
    }

    @Command(
            name = "status",
            description = "Shows how often the PINs may still be tried.",
            footer = {"", "Example:", "  schsm pin status --device ZZSIM000001"})
    static final class State extends SchsmCommand {
        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            return PinCommands.answer("", context.open());
        }
    }

    @Command(
            name = "verify",
            description = "Verifies the user PIN, which restores all its tries.",
            footer = {"", "Example:", "  schsm pin verify --device ZZSIM000001"})
    static final class Verify extends SchsmCommand {
        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            return PinCommands.answer("User PIN verified.", context.openWithPin());
        }
    }

    @Command(
            name = "change",
            description =
                    "Changes the user PIN, or with --so the SO-PIN; --pin-env or --pin-file give the old user PIN, with"
                            + " --pin-pad both are typed on the reader.",
            footer = {"", "Example:", "  schsm pin change --device ZZSIM000002 --new-pin-env NEW_PIN"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Change extends SchsmCommand {
        @Option(
                names = "--so",
                description = "Change the SO-PIN: --so-pin-… give the old one, --new-pin-… the new one, 16 hex digits.")
        private boolean so;

        @Mixin
        private SecretOptions.NewPin newPin;

        @Mixin
        private SecretOptions.SoPin soPin;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            TokenAdministration administration = connected.device().administration();
            String whose = "of device " + connected.id();
            if (!so && !newPin.secret().isGiven() && context.isPinOnReader()) {
                administration.changePinOnReader();
                return PinCommands.answer("User PIN changed.", connected);
            }
            PinStatus status = so ? administration.soPin() : administration.userPin();
            char[] old = (so ? soPin.secret() : context.pin()).read(context.io(), whose, status.triesLeft());
            try {
                char[] changed =
                        newPin.secret(so ? "new SO-PIN" : "new user PIN").readNew(context.io(), whose);
                try {
                    if (so) {
                        administration.changeSoPin(old, changed);
                    } else {
                        administration.changePin(old, changed);
                    }
                } finally {
                    Arrays.fill(changed, '\0');
                }
            } finally {
                Arrays.fill(old, '\0');
            }
            return PinCommands.answer((so ? "SO-PIN" : "User PIN") + " changed.", connected);
        }
    }

    @Command(
            name = "unblock",
            description = "Unblocks the user PIN with the SO-PIN and sets a new one.",
            footer = {
                "",
                "Example:",
                "  schsm pin unblock --device ZZSIM000002 --so-pin-env SO_PIN --new-pin-env NEW_PIN"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Unblock extends SchsmCommand {
        @Option(names = "--keep-pin", description = "Only unblock: the user PIN stays what it was.")
        private boolean keepPin;

        @Mixin
        private SecretOptions.NewPin newPin;

        @Mixin
        private SecretOptions.SoPin soPin;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            String whose = "of device " + connected.id();
            TokenAdministration administration = connected.device().administration();
            char[] so = soPin.secret()
                    .read(context.io(), whose, administration.soPin().triesLeft());
            try {
                char[] pin = keepPin ? new char[0] : newPin.secret().readNew(context.io(), whose);
                try {
                    administration.unblock(so, pin);
                } finally {
                    Arrays.fill(pin, '\0');
                }
            } finally {
                Arrays.fill(so, '\0');
            }
            return PinCommands.answer("User PIN unblocked.", connected);
        }
    }
}
