// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyAttestation;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.TokenKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pka",
        description = "Public key authentication: a device that n of m key holders open.",
        subcommands = {
            PkaCommands.State.class,
            PkaCommands.Export.class,
            PkaCommands.Register.class,
            PkaCommands.Replace.class,
            PkaCommands.Respond.class,
            PkaCommands.Authenticated.class
        })
public final class PkaCommands {
    private static Answer answer(@Nullable String text, Connected connected) throws GeneralSecurityException {
        PublicKeyAuthentication keys = connected.device().publicKeyAuthentication();
        PublicKeyAuthentication.Status status = keys.status();
        List<RegisteredPublicKey> registered = keys.registeredKeys();
        Table table = new Table("PLACE", "HOLDER (CHR)", "AUTHENTICATED");
        registered.forEach(key -> table.row(key.index(), key.chr(), key.authenticated() ? "yes" : "no"));
        List<Map<String, @Nullable Object>> json = registered.stream()
                .map(key -> Answer.json("index", key.index())
                        .and("chr", key.chr())
                        .and("authenticated", key.authenticated())
                        .members())
                .toList();
        return Answer.of(
                Text.lines(
                        text,
                        "Device " + connected.id() + ": " + status + ".",
                        registered.isEmpty() ? null : table.text()),
                Answer.json("device", connected.id())
                        .and("total", status.total())
                        .and("missing", status.missing())
                        .and("required", status.required())
                        .and("authenticated", status.authenticated())
                        .and("keys", json)
                        .members());
    }

    private static AttestedPublicKey read(Path file) throws GeneralSecurityException {
        return AttestedPublicKey.parse(FileIo.read(file, "public key file"));
    }

    private static String describe(AttestedPublicKey key) {
        return key.request().chr() + " in device " + key.identity().deviceId();
    }

    private static String fileName(PublicKeyChallenge challenge, String extension) {
        return challenge.deviceId() + "-" + challenge.key() + extension;
    }

    @Command(
            name = "status",
            description = "Shows how many keys are registered, required and have authenticated, and which they are.",
            footer = {"", "Example:", "  schsm pka status --device ZZSIM000004"})
    static final class State extends SchsmCommand {
        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            return PkaCommands.answer(null, context.open());
        }
    }

    @Command(
            name = "export",
            description = "Writes the public key file of a key, to be registered with other devices. Default name:"
                    + " <CHR>-<label>.pub.",
            footer = {"", "Example:", "  schsm pka export --device ZZSIM000001 --label custodian --out custodian.pub"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Export extends SchsmCommand {
        @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key's label.")
        private String label;

        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            AttestedPublicKey key = connected.attested(label);
            if (!key.request().isEc()) {
                throw new CliException("\"" + label + "\" is an " + key.getAlgorithm()
                        + " key: public key authentication needs an EC key");
            }
            Path file = output.write(key.identity().chr() + "-" + label + ".pub", key.encode());
            return Answer.of(
                    "Public key file of \"" + label + "\" (" + describe(key) + ") written to " + FileIo.target(file)
                            + ".",
                    Answer.json("device", connected.id())
                            .and("label", label)
                            .and("chr", key.request().chr())
                            .and("file", file)
                            .members());
        }
    }

    @Command(
            name = "register",
            description = {
                "Registers public keys with a device that was initialized for it.",
                "A genuine device must have attested each. Device and holder are shown and must be confirmed."
            },
            footer = {
                "",
                "Example:",
                "  schsm initialize --device ZZSIM000002 --no-pin --required-keys 1 --registered-keys 1 --so-pin-env SO_PIN",
                "  schsm pka export --device ZZSIM000001 --label custodian --out custodian.pub",
                "  schsm pka register --device ZZSIM000002 custodian.pub"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Register extends SchsmCommand {
        @Parameters(arity = "1..*", paramLabel = "FILE", description = "Public key files.")
        private List<Path> files;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            PublicKeyAuthentication keys = connected.device().publicKeyAuthentication();
            int missing = keys.status().missing();
            if (files.size() > missing) {
                throw new CliException(
                        "device " + connected.id() + " has places for " + missing + " more keys, not " + files.size());
            }
            List<AttestedPublicKey> all = new ArrayList<>();
            for (Path file : files) {
                AttestedPublicKey key = read(file);
                connected.device().trust().verify(key);
                all.add(key);
            }
            context.confirm("Anyone who has these keys may take part in opening device " + connected.id() + ": "
                    + String.join(", ", all.stream().map(PkaCommands::describe).toList()));
            for (AttestedPublicKey key : all) {
                keys.register(key);
            }
            return PkaCommands.answer(
                    all.size() == 1 ? "Public key registered." : all.size() + " public keys registered.", connected);
        }
    }

    @Command(
            name = "replace",
            description = {
                "Puts another public key in the place of a registered one, if the device was initialized to allow it.",
                "Needs the authentication that the device asks for: the PIN, or schsm pka run."
            },
            footer = {
                "",
                "Example:",
                "  schsm pka export --device ZZSIM000001 --label code-signing --out next.pub",
                "  schsm pka run --device ZZSIM000004 --by ZZSIM000001:custodian --holder-pin-env PIN -- pka replace --place 0 next.pub"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Replace extends SchsmCommand {
        @Option(
                names = "--place",
                required = true,
                paramLabel = "N",
                converter = Values.Octet.class,
                description = "The place of the key to replace, as schsm pka status shows it.")
        private int place;

        @Parameters(paramLabel = "FILE", description = "The public key file of the new key.")
        private Path file;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            AttestedPublicKey key = read(file);
            Connected seen = context.open();
            seen.device().trust().verify(key);
            context.confirm("In place " + place + " of device " + seen.id() + " comes " + describe(key));
            Connected connected = context.on(seen).openWithPin();
            connected.device().publicKeyAuthentication().replace(place, key);
            return PkaCommands.answer("Public key replaced.", connected);
        }
    }

    @Command(
            name = "respond",
            description = {
                "Answers a device's challenge with a registered key, on the computer of the key's holder.",
                "The device that asks is shown and must be confirmed. Default name: <device>-<CHR>.response."
            },
            footer = {
                "",
                "Example:",
                "  schsm pka respond --device ZZSIM000001 --label custodian access.challenge --out access.response"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Respond extends SchsmCommand {
        @Option(
                names = "--label",
                paramLabel = "LABEL",
                description = "The key's label. Needed only where it is not found by the challenge.")
        private @Nullable String label;

        @Parameters(paramLabel = "FILE", description = "The challenge, as schsm pka run wrote it.")
        private Path file;

        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            PublicKeyChallenge challenge = PublicKeyChallenge.parse(FileIo.read(file, "challenge"));
            Connected seen = context.open();
            String chosen = label == null ? find(seen, challenge.key()) : label;
            seen.key(chosen);
            output.require(fileName(challenge, ".response"));
            context.confirm("Device " + challenge.deviceId() + " will be opened for the sender of this challenge, as"
                    + " far as key " + challenge.key() + " (\"" + chosen + "\" on device " + seen.id() + ") can");
            Connected connected = context.on(seen).openWithPin();
            PublicKeyResponse response = PublicKeyResponse.sign(challenge, privateKey(connected, chosen));
            Path written = output.write(fileName(challenge, ".response"), response.encode());
            return Answer.of(
                    "Response for device " + challenge.deviceId() + " written to " + FileIo.target(written) + ".",
                    Answer.json("device", connected.id())
                            .and("label", chosen)
                            .and("opens", challenge.deviceId())
                            .and("chr", challenge.key())
                            .and("file", written)
                            .members());
        }

        private static String find(Connected connected, String chr) throws GeneralSecurityException {
            List<String> found = new ArrayList<>();
            for (TokenKey key : connected.device().keys()) {
                if (isCalled(connected, key.label(), chr)) {
                    found.add(key.label());
                }
            }
            if (found.size() != 1) {
                throw new CliException((found.isEmpty() ? "no key" : "more than one key") + " on device "
                        + connected.id() + " is known as " + chr + ": name the registered one with --label");
            }
            return found.get(0);
        }

        private static boolean isCalled(Connected connected, String label, String chr) {
            try {
                AttestedPublicKey key = KeyAttestation.of(connected.key(label)).publicKey();
                return key.request().isEc() && key.request().chr().equals(chr);
            } catch (GeneralSecurityException notAttested) {
                return false;
            }
        }
    }

    private static PrivateKey privateKey(Connected connected, String label) throws GeneralSecurityException {
        SchsmKey key = connected.key(label);
        if (key instanceof PrivateKey privateKey) {
            return privateKey;
        }
        throw new CliException("\"" + label + "\" is a secret key: public key authentication needs an EC key pair");
    }

    @Command(
            name = "run",
            description = {
                "Has registered keys authenticate, then runs another command on the device they have opened.",
                "Authentication ends with this process, with a reset, and when another program selects the device."
            },
            footer = {
                "",
                "Example:",
                "  schsm pka run --device ZZSIM000004 --by ZZSIM000001:custodian --holder-pin-env PIN -- generate --label opened"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Authenticated extends SchsmCommand {
        private static final long PAUSE_MILLIS = 200;

        @Option(
                names = "--by",
                paramLabel = "DEVICE:LABEL",
                converter = HolderName.class,
                description = "A registered key in another device that is here; its PIN is asked for. May be given"
                        + " several times.")
        private List<String> by = new ArrayList<>();

        @Mixin
        private SecretOptions.HolderPin holderPin;

        @Option(
                names = "--remote",
                paramLabel = "CHR",
                converter = Chr.class,
                description = "A registered key whose holder is somewhere else: a challenge is written to"
                        + " <device>-<CHR>.challenge, and the answer to it, made by schsm pka respond, awaited in"
                        + " <device>-<CHR>.response. May be given several times; one after the other.")
        private List<String> remote = new ArrayList<>();

        @Option(
                names = "--folder",
                paramLabel = "FOLDER",
                defaultValue = ".",
                description = "Where challenges are written and responses awaited. Default: .")
        private Path folder;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "3600",
                converter = Wait.class,
                description = "How long to wait for each response. Default: 3600.")
        private int seconds;

        @Option(
                names = "--with-pin",
                description = "The device wants the user PIN as well: it is asked for, or taken from --pin-env or"
                        + " --pin-file.")
        private boolean withPin;

        @Parameters(
                arity = "1..*",
                paramLabel = "COMMAND",
                description = "The command to run, after --, with its own options.")
        private List<String> command;

        @Override
        protected boolean answersItself() {
            return true;
        }

        @Override
        protected Answer answer(Context context) throws Exception {
            for (String holder : by) {
                context.on("--by", deviceOf(holder));
            }
            Context target = context.on(context.open().id());
            List<Holder> here = new ArrayList<>();
            for (String holder : by) {
                here.add(holder(context, holder));
            }
            // Only now: looking for a device may select others, which would end what was authenticated.
            Connected connected = target.open();
            PublicKeyAuthentication keys = connected.device().publicKeyAuthentication();
            for (Holder holder : here) {
                keys.authenticate(holder.key(), holder.chr());
            }
            for (String chr : remote) {
                await(context, keys, chr);
            }
            PublicKeyAuthentication.Status status = keys.status();
            if (!status.isAuthenticated()) {
                throw new CliException(
                        "device " + connected.id() + ": " + status + "; name more holders with --by or --remote");
            }
            if (!withPin) {
                context.shared().opened(connected.id());
            }
            return Answer.given(context.run(context.options().forDevice(connected.id(), command)));
        }

        private static String deviceOf(String holder) {
            return holder.substring(0, holder.indexOf(':'));
        }

        /** A device and the label of a key on it. */
        static final class HolderName extends Values.Matching {
            HolderName() {
                super("(?s)[^:\\p{Cntrl}]+:.+", "a device id, a colon and the label of a key are needed");
            }
        }

        /** The name of a registered key. */
        static final class Chr extends Values.Matching {
            Chr() {
                super("[\\x21-\\x7E]+", "give the holder (CHR) as schsm pka status shows it");
            }
        }

        /** Seconds to wait. */
        static final class Wait extends Values.Whole {
            Wait() {
                super(0, Integer.MAX_VALUE);
            }
        }

        private record Holder(PrivateKey key, String chr) {}

        private Holder holder(Context context, String holder) throws GeneralSecurityException {
            Context at = context.on(deviceOf(holder));
            String label = holder.substring(holder.indexOf(':') + 1);
            Connected device = at.openWithPin(holderPin.secret());
            return new Holder(
                    privateKey(device, label), device.attested(label).request().chr());
        }

        private void await(Context context, PublicKeyAuthentication keys, String chr)
                throws GeneralSecurityException, InterruptedException {
            PublicKeyChallenge challenge = keys.challenge(chr);
            Path sent = folder.resolve(fileName(challenge, ".challenge"));
            Path awaited = folder.resolve(fileName(challenge, ".response"));
            FileIo.requireFree(awaited);
            FileIo.write(sent, challenge.encode(), true);
            if (!context.options().json) {
                context.io()
                        .out()
                        .println("Send " + sent + " to the holder of key " + chr + ", and put the answer to " + awaited
                                + ".");
                context.io().out().flush();
            }
            for (long waited = 0; waited < seconds * 1000L; waited += PAUSE_MILLIS) {
                if (Files.exists(awaited)) {
                    PublicKeyResponse response = parsed(awaited);
                    if (response != null) {
                        keys.authenticate(response);
                        return;
                    }
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            throw new CliException("no response came to " + awaited + " within " + seconds + " seconds");
        }

        /** Null while it is being written. */
        private static @Nullable PublicKeyResponse parsed(Path file) throws SchsmException {
            try {
                return PublicKeyResponse.parse(FileIo.read(file, "response"));
            } catch (MalformedDataException notWholeYet) {
                return null;
            }
        }
    }
}
