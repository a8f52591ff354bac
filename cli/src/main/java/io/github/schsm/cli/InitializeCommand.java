package io.github.schsm.cli;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceInitialization.Option;
import io.github.schsm.PinStatus;
import io.github.schsm.TokenAdministration;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
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
            "The SO-PIN of a device that was initialized before has to be the one it has."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InitializeCommand extends SchsmCommand {
    @ArgGroup(exclusive = true)
    private @Nullable Protection protection;

    @CommandLine.Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often a wrong user PIN may be tried: at most 3 for a PIN of 6 characters, 5 for 7,"
                    + " else 10. Default: 3.")
    private int retries;

    @CommandLine.Option(names = "--label", paramLabel = "TEXT", description = "The device's label. Default: none.")
    private @Nullable String label;

    @Mixin
    private NewPinOptions newPin;

    @Mixin
    private SoPinOptions soPin;

    @CommandLine.Option(
            names = "--transport-pin",
            description = "The new PIN is a transport PIN: it has to be changed before anything else.")
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
            description = "Public key authentication: there is no user PIN, registered keys stand in its place.")
    private boolean noPin;

    @CommandLine.Option(
            names = "--required-keys",
            paramLabel = "N",
            defaultValue = "0",
            description = "Public key authentication: how many registered keys have to authenticate. Default: 0, that"
                    + " is, without.")
    private int requiredKeys;

    @CommandLine.Option(
            names = "--registered-keys",
            paramLabel = "M",
            defaultValue = "0",
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
                description = "Number of key domain slots, 1 to 255. Default without --dkek-shares: 4.")
        private @Nullable Integer keyDomains;

        @CommandLine.Option(
                names = "--dkek-shares",
                paramLabel = "N",
                description = "In place of key domains, one DKEK for the whole device: number of its shares, 1 to 255;"
                        + " 0 for a random one.")
        private @Nullable Integer dkekShares;
    }

    private static final int DEFAULT_SLOTS = 4;

    @Override
    Answer answer(Context context) throws GeneralSecurityException {
        if (label != null && (noPin || pinAndKeys)) {
            throw new CliException("the label of a device that registered keys have to open is set afterwards: leave"
                    + " --label out, and give it later by schsm pka run … -- label TEXT");
        }
        Connected connected = context.open();
        String id = connected.id();
        context.confirm("Every key, certificate and key domain on device " + id + " will be erased");
        int triesLeft = connected.device().administration().soPin().triesLeft();
        char[] so = soPin.secret().read(context.io(), "of device " + id, triesLeft);
        try {
            char[] pin = noPin ? new char[0] : newPin.secret().readNew(context.io(), "of device " + id);
            try {
                return initialize(connected, pin, so);
            } finally {
                Arrays.fill(pin, '\0');
            }
        } finally {
            Arrays.fill(so, '\0');
        }
    }

    private Answer initialize(Connected connected, char[] pin, char[] so) throws GeneralSecurityException {
        DeviceInitialization.Builder builder =
                DeviceInitialization.builder(pin, so).retries(retries).options(options());
        if (label != null) {
            builder.label(label);
        }
        Integer shares = protection == null ? null : protection.dkekShares;
        Integer asked = protection == null ? null : protection.keyDomains;
        int slots = 0;
        if (shares != null) {
            builder.dkekShares(shares);
        } else {
            slots = asked == null ? DEFAULT_SLOTS : asked;
            builder.keyDomainSlots(slots);
        }
        if (requiredKeys != 0 || registeredKeys != 0) {
            builder.publicKeyAuthentication(requiredKeys, registeredKeys);
        }
        DeviceInitialization settings = builder.build();
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
                                ? (shares == 0 ? "a random DKEK" : "a DKEK of " + shares + " shares")
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
