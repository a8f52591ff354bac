// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceInitialization.Option;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TokenKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.command.domain.GroupSignerCommands;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.SecretBytes;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "initialize",
        description = {
            "Initializes a device: every key, certificate and key domain on it is erased, and its PINs are set.",
            "For a device that was initialized before, give its current SO-PIN."
        },
        footer = {
            "",
            "Example:",
            "  schsm initialize --device ZZSIM000002 --key-domains 4 --so-pin-env SO_PIN --new-pin-env NEW_PIN"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class InitializeCommand extends SchsmCommand {
    @ArgGroup(exclusive = true)
    private @Nullable Protection protection;

    @CommandLine.Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "3",
            converter = Retries.class,
            description = "How often a wrong user PIN may be tried: at most 3 for a PIN of 6 characters, 5 for 7,"
                    + " else 10. Default: 3.")
    private int retries;

    @CommandLine.Option(
            names = "--label",
            paramLabel = "TEXT",
            converter = Values.DeviceLabel.class,
            description = "The device's label, up to 32 bytes. Not with --no-pin or --pin-and-keys. Default: none.")
    private @Nullable String label;

    @Mixin
    private SecretOptions.NewPin newPin;

    @Mixin
    private SecretOptions.SoPin soPin;

    @CommandLine.Option(
            names = "--transport-pin",
            description = "The new PIN is a transport PIN: it must be changed before anything else.")
    private boolean transportPin;

    @CommandLine.Option(
            names = "--no-unblock",
            description = "A blocked PIN cannot be unblocked, not even with the SO-PIN.")
    private boolean noUnblock;

    @CommandLine.Option(
            names = "--unblock-only",
            description = "The SO-PIN unblocks the user PIN but cannot set another one.")
    private boolean unblockOnly;

    @CommandLine.Option(names = "--session-pin", description = "Session PINs may be made.")
    private boolean sessionPin;

    @CommandLine.Option(
            names = "--no-pin",
            description = "Public key authentication: there is no user PIN, registered keys take its place.")
    private boolean noPin;

    @CommandLine.Option(
            names = "--required-keys",
            paramLabel = "N",
            defaultValue = "0",
            converter = Values.Octet.class,
            description = "Public key authentication: how many registered keys must authenticate. Default: 0, that"
                    + " is, without.")
    private int requiredKeys;

    @CommandLine.Option(
            names = "--registered-keys",
            paramLabel = "M",
            defaultValue = "0",
            converter = Values.Octet.class,
            description = "Public key authentication: how many keys are registered. Default: 0.")
    private int registeredKeys;

    @CommandLine.Option(
            names = "--replace-keys",
            description = "Public key authentication: registered keys may be replaced.")
    private boolean replaceKeys;

    @CommandLine.Option(names = "--pin-and-keys", description = "Public key authentication: the PIN is needed as well.")
    private boolean pinAndKeys;

    static final class Protection {
        @CommandLine.Option(
                names = "--key-domains",
                paramLabel = "N",
                converter = Values.Shares.class,
                description = "Number of key domain slots, 1 to 255. Default without --dkek-shares: 4.")
        private @Nullable Integer keyDomains;

        @CommandLine.Option(
                names = "--dkek-shares",
                paramLabel = "N",
                converter = Values.Octet.class,
                description = "In place of key domains, one DKEK for the whole device: number of its shares, 1 to 255;"
                        + " 0 for a random one.")
        private @Nullable Integer dkekShares;
    }

    private static final int DEFAULT_SLOTS = 4;

    private static final int MOST_RETRIES = 10;
    /** Stands for PINs while the other settings are checked: they are asked for later. */
    private static final String ANY_PIN = "0000000000000000";

    private static final Map<Integer, Integer> SHORTEST_PIN = Map.of(1, 6, 2, 6, 3, 6, 4, 7, 5, 7);
    private static final int SHORTEST_PIN_OF_MORE = 8;

    @Override
    protected String work() {
        return "initializing the device";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        requireFitting();
        DeviceInitialization others = settings(noPin ? new char[0] : ANY_PIN.toCharArray(), ANY_PIN.toCharArray());
        Connected connected = context.open();
        TokenAdministration administration = connected.device().administration();
        administration.requirePossible(others);
        if (!context.options().yes) {
            context.confirmErasure(connected.id(), question(context, connected));
        }
        PinStatus present = administration.soPin();
        String whose = "of device " + connected.id();
        char[] so = present.state() == PinStatus.State.NOT_INITIALIZED
                ? soPin.newSecret().readNew(context.io(), whose)
                : soPin.secret().read(context.io(), whose, present.triesLeft());
        try {
            Arrays.fill(SecretBytes.soPin(so), (byte) 0);
            char[] pin = noPin ? new char[0] : newPin.secret().readNew(context.io(), whose + lengthForRetries());
            try {
                return initialize(connected, pin, so);
            } finally {
                Arrays.fill(pin, '\0');
            }
        } finally {
            Arrays.fill(so, '\0');
        }
    }

    /** Options that contradict each other, before anybody is asked for anything. */
    private void requireFitting() throws UsageException {
        if (label != null && (noPin || pinAndKeys)) {
            throw new UsageException("the label of a device that registered keys have to open is set afterwards: leave"
                    + " --label out, and give it later by schsm pka run … -- label TEXT");
        }
        if (noUnblock && unblockOnly) {
            throw new UsageException("--no-unblock and --unblock-only contradict each other: give one of them");
        }
        if (noPin && (transportPin || pinAndKeys)) {
            throw new UsageException((transportPin ? "--transport-pin" : "--pin-and-keys")
                    + " is about the user PIN, which --no-pin leaves out: give one of them");
        }
        if (registeredKeys == 0 && requiredKeys == 0 && (noPin || pinAndKeys || replaceKeys)) {
            throw new UsageException((noPin ? "--no-pin" : pinAndKeys ? "--pin-and-keys" : "--replace-keys")
                    + " is for public key authentication: give --required-keys and --registered-keys as well");
        }
        if (requiredKeys > registeredKeys || (requiredKeys == 0 && registeredKeys > 0)) {
            throw new UsageException("--required-keys " + requiredKeys + " and --registered-keys " + registeredKeys
                    + " do not fit: n of m keys are required, with 1 <= n <= m");
        }
    }

    /** How often a wrong PIN may be tried. */
    static final class Retries extends Values.Whole {
        Retries() {
            super(1, MOST_RETRIES);
        }
    }

    private String lengthForRetries() {
        int shortest = SHORTEST_PIN.getOrDefault(retries, SHORTEST_PIN_OF_MORE);
        return shortest == SecretBytes.USER_PIN.least()
                ? ""
                : " (at least " + shortest + " characters for " + retries + " tries)";
    }

    private static String question(Context context, Connected connected) {
        return "Every key, certificate and key domain on device " + connected.id() + " will be erased: "
                + contents(context, connected);
    }

    /** How many keys there are, and among them those without which no device can join a key domain anymore. */
    private static String contents(Context context, Connected connected) {
        int keys = 0;
        int signers = 0;
        try {
            for (TokenKey key : connected.device().keys()) {
                keys++;
                if (key.type() == KeyType.EC && canSign(connected, key)) {
                    signers++;
                }
            }
        } catch (SchsmException unreadable) {
            return "how many keys it has cannot be told, because " + unreadable.getMessage();
        }
        String shown = keys == 1 ? "1 key" : keys + " keys";
        String text = context.isModule()
                ? "at least " + shown + " (the module shows some after a login only)"
                : keys == 0 ? "it has no keys" : shown;
        return signers == 0
                ? text
                : text + ", " + signers + " of which can be " + (signers == 1 ? "a group signer" : "group signers")
                        + ", without which no device can join its key domain anymore";
    }

    private static boolean canSign(Connected connected, TokenKey key) {
        try {
            return GroupSignerCommands.canSign(connected.device().details(key));
        } catch (SchsmException unreadable) {
            return false;
        }
    }

    private DeviceInitialization settings(char[] pin, char[] so) throws GeneralSecurityException {
        DeviceInitialization.Builder builder =
                DeviceInitialization.builder(pin, so).retries(retries).options(options());
        if (label != null) {
            builder.label(label);
        }
        Integer shares = protection == null ? null : protection.dkekShares;
        if (shares != null) {
            builder.dkekShares(shares);
        } else {
            builder.keyDomainSlots(slots());
        }
        if (requiredKeys != 0 || registeredKeys != 0) {
            builder.publicKeyAuthentication(requiredKeys, registeredKeys);
        }
        return builder.build();
    }

    private int slots() {
        Integer asked = protection == null ? null : protection.keyDomains;
        return asked == null ? DEFAULT_SLOTS : asked;
    }

    private Answer initialize(Connected connected, char[] pin, char[] so) throws GeneralSecurityException {
        DeviceInitialization settings = settings(pin, so);
        Integer shares = protection == null ? null : protection.dkekShares;
        int slots = shares == null ? slots() : 0;
        TokenAdministration administration = connected.device().administration();
        try {
            administration.initialize(settings);
        } finally {
            settings.destroy();
        }
        PinStatus status = administration.userPin();
        return Answer.of(
                "Device " + connected.id() + " is initialized, with "
                        + (shares != null
                                ? (shares == 0
                                        ? "a random DKEK"
                                        : "a DKEK of " + shares + (shares == 1 ? " share" : " shares"))
                                : slots + (slots == 1 ? " key domain slot" : " key domain slots"))
                        + ". User PIN: " + Text.pin(status) + ".",
                Answer.json("device", connected.id())
                        .and("initialized", true)
                        .and("label", label)
                        .and("keyDomainSlots", slots)
                        .and("dkekShares", shares)
                        .and("userPin", Text.json(status))
                        .members());
    }

    private Set<Option> options() {
        Set<Option> chosen = EnumSet.noneOf(Option.class);
        add(chosen, !noUnblock, Option.RESET_RETRY_COUNTER);
        add(chosen, transportPin, Option.TRANSPORT_PIN);
        add(chosen, sessionPin, Option.SESSION_PIN);
        add(chosen, replaceKeys, Option.REPLACE_PUBLIC_KEYS);
        add(chosen, pinAndKeys, Option.PIN_AND_PUBLIC_KEY);
        add(chosen, unblockOnly, Option.UNBLOCK_ONLY);
        return chosen;
    }

    private static void add(Set<Option> chosen, boolean wanted, Option option) {
        if (wanted) {
            chosen.add(option);
        }
    }
}
