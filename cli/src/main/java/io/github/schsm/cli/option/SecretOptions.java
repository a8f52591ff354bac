// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.codec.SecretBytes;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/** Pairs of options that say where a secret comes from, one for each kind of secret, to be mixed into commands. */
public final class SecretOptions {
    private static final String USER_PIN = "user PIN";

    private SecretOptions() {}

    /**
     * Where one kind of secret comes from. Its two options are made here, so that they are the same for every kind:
     * {@link #addAll} adds them to the commands into which it is mixed.
     */
    @Command
    public abstract static class Pair {
        private final String what;
        private final String prefix;
        private final Value<String> environment;
        private final Value<Path> file;

        Pair(String what, String prefix, String environment, String file) {
            this.what = what;
            this.prefix = prefix;
            this.environment = new Value<>(String.class, "NAME", environment);
            this.file = new Value<>(Path.class, "FILE", file);
        }

        /** The secret. */
        public final Secret secret() throws CliException {
            return named(what);
        }

        /** The same, as people are asked for it. */
        final Secret named(String called) throws CliException {
            return Secret.of(called, prefix, environment.value, file.value);
        }

        private void addTo(CommandSpec command) {
            command.addOption(environment.option(prefix + "-env"));
            command.addOption(file.option(prefix + "-file"));
        }
    }

    /** What an option was set to. */
    private static final class Value<V> implements IGetter, ISetter {
        private final Class<V> type;
        private final String label;
        private final String description;
        private @Nullable V value;

        Value(Class<V> type, String label, String description) {
            this.type = type;
            this.label = label;
            this.description = description;
        }

        OptionSpec option(String name) {
            return OptionSpec.builder(name)
                    .type(type)
                    .paramLabel(label)
                    .description(description)
                    .getter(this)
                    .setter(this)
                    .build();
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"}) // as picocli has it
        public <T> T get() {
            return (T) value;
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway"}) // as picocli has it
        public <T> T set(T newValue) {
            T before = (T) value;
            value = type.cast(newValue);
            return before;
        }
    }

    /** Adds the options to every command that has a {@link Pair} mixed in, and to the commands below it. */
    public static void addAll(CommandSpec command) {
        for (CommandSpec mixin : command.mixins().values()) {
            if (mixin.userObject() instanceof Pair pair) {
                pair.addTo(command);
            }
        }
        for (CommandLine below : command.subcommands().values()) {
            addAll(below.getCommandSpec());
        }
    }

    /** The SO-PIN. */
    public static final class SoPin extends Pair {
        public SoPin() {
            super(
                    "SO-PIN",
                    "--so-pin",
                    "The environment variable that holds the SO-PIN (initialization code), 16 hex digits.",
                    "A file with the SO-PIN, readable by its owner only. Without this and --so-pin-env it is asked for.");
        }

        /** The one that a device gets which has none yet. */
        public Secret newSecret() throws CliException {
            return named("new SO-PIN");
        }
    }

    /** The SO-PIN of a second device. */
    public static final class OtherSoPin extends Pair {
        public OtherSoPin() {
            super(
                    "SO-PIN",
                    "--other-so-pin",
                    "The environment variable that holds the SO-PIN of the device given by --with. Default: as --so-pin-env.",
                    "A file with the SO-PIN of the device given by --with. Default: as --so-pin-file.");
        }
    }

    /** A new PIN. */
    public static final class NewPin extends Pair {
        public NewPin() {
            super(
                    "new user PIN",
                    "--new-pin",
                    "The environment variable that holds the new PIN: a user PIN of 6 to 16 characters, or with pin change --so an SO-PIN of 16 hex digits.",
                    "A file with the new PIN, readable by its owner only. Without this and --new-pin-env it is asked for.");
        }

        /**
         * Where that PIN comes from.
         *
         * @param what which PIN it is, as people are asked for it
         */
        public Secret secret(String what) throws CliException {
            return named(what);
        }
    }

    /** The PIN of devices whose keys open another. */
    public static final class HolderPin extends Pair {
        public HolderPin() {
            super(
                    USER_PIN,
                    "--holder-pin",
                    "The environment variable that holds the user PIN of the devices given by --by.",
                    "A file with the user PIN of the devices given by --by, readable by its owner only.");
        }
    }

    /** The PIN of the device that keys move from. */
    public static final class FromPin extends Pair {
        public FromPin() {
            super(
                    USER_PIN,
                    "--from-pin",
                    "The environment variable that holds the PIN of the device --from. Default: as --pin-env.",
                    "A file with the PIN of the device --from. Default: as --pin-file.");
        }
    }

    /** The PIN of the device that keys move to. */
    public static final class ToPin extends Pair {
        public ToPin() {
            super(
                    USER_PIN,
                    "--to-pin",
                    "The environment variable that holds the PIN of the device --to. Default: as --pin-env.",
                    "A file with the PIN of the device --to. Default: as --pin-file.");
        }
    }

    /** The password of a file: of a DKEK share, of a PKCS#12 file. */
    public static final class Password extends Pair {
        public Password() {
            super(
                    "password",
                    "--password",
                    "The environment variable that holds the file's password.",
                    "A file with the password, readable by its owner only. Without this and --password-env it is asked for.");
        }

        /**
         * The bytes that tools make of the password, the caller's to wipe.
         *
         * @throws InvalidRequestException if a character was damaged: such a password could not be typed again
         */
        public byte[] read(Io io, String whose) throws CliException, InvalidRequestException {
            return bytes(secret().read(io, whose));
        }

        /** The same of a new one. */
        public byte[] readNew(Io io, String whose) throws CliException, InvalidRequestException {
            return bytes(secret().readNew(io, whose));
        }

        private static byte[] bytes(char[] password) throws InvalidRequestException {
            try {
                return SecretBytes.password(password, "password");
            } finally {
                Arrays.fill(password, '\0');
            }
        }
    }

    /** The password of one key in a key store, where it is another than the file's. */
    public static final class KeyPassword extends Pair {
        public KeyPassword() {
            super(
                    "password",
                    "--key-password",
                    "The environment variable that holds the password of keys in the file.",
                    "A file with the password of keys in the file, readable by its owner only. Default: that of the file; where it is another, it is asked for.");
        }
    }

    /** A value that a key is derived by. */
    public static final class DerivationValue extends Pair {
        public DerivationValue() {
            super(
                    "derivation value",
                    "--value",
                    "The environment variable that holds the value, as hexadecimal digits.",
                    "A file with the value, readable by its owner only. Without this and --value-env it is asked for.");
        }
    }
}
