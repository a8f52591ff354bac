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
import picocli.CommandLine.Option;

/** Pairs of options that say where a secret comes from, one for each kind of secret, to be mixed into commands. */
public final class SecretOptions {
    private static final String USER_PIN = "user PIN";

    private SecretOptions() {}

    /** The SO-PIN. */
    public static final class SoPin {
        @Option(
                names = "--so-pin-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the SO-PIN (initialization code), 16 hex digits.")
        private @Nullable String environment;

        @Option(
                names = "--so-pin-file",
                paramLabel = "FILE",
                description = "A file with the SO-PIN, readable by its owner only. Without this and --so-pin-env it is"
                        + " asked for.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of("SO-PIN", "--so-pin", environment, file);
        }

        /** The one that a device gets which has none yet. */
        public Secret newSecret() throws CliException {
            return Secret.of("new SO-PIN", "--so-pin", environment, file);
        }
    }

    /** The SO-PIN of a second device. */
    public static final class OtherSoPin {
        @Option(
                names = "--other-so-pin-env",
                paramLabel = "NAME",
                description =
                        "The environment variable that holds the SO-PIN of the device given by --with. Default: as"
                                + " --so-pin-env.")
        private @Nullable String environment;

        @Option(
                names = "--other-so-pin-file",
                paramLabel = "FILE",
                description = "A file with the SO-PIN of the device given by --with. Default: as --so-pin-file.")
        private @Nullable Path file;

        /** Where it comes from, if that was said. */
        public Secret secret() throws CliException {
            return Secret.of("SO-PIN", "--other-so-pin", environment, file);
        }
    }

    /** A new PIN. */
    public static final class NewPin {
        @Option(
                names = "--new-pin-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the new PIN: a user PIN of 6 to 16 characters, or"
                        + " with pin change --so an SO-PIN of 16 hex digits.")
        private @Nullable String environment;

        @Option(
                names = "--new-pin-file",
                paramLabel = "FILE",
                description = "A file with the new PIN, readable by its owner only. Without this and --new-pin-env it"
                        + " is asked for.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return secret("new user PIN");
        }

        /**
         * Where that PIN comes from.
         *
         * @param what which PIN it is, as people are asked for it
         */
        public Secret secret(String what) throws CliException {
            return Secret.of(what, "--new-pin", environment, file);
        }
    }

    /** The PIN of devices whose keys open another. */
    public static final class HolderPin {
        @Option(
                names = "--holder-pin-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the user PIN of the devices given by --by.")
        private @Nullable String environment;

        @Option(
                names = "--holder-pin-file",
                paramLabel = "FILE",
                description = "A file with the user PIN of the devices given by --by, readable by its owner only.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of(USER_PIN, "--holder-pin", environment, file);
        }
    }

    /** The PIN of the device that keys move from. */
    public static final class FromPin {
        @Option(
                names = "--from-pin-env",
                paramLabel = "NAME",
                description =
                        "The environment variable that holds the PIN of the device --from. Default: as --pin-env.")
        private @Nullable String environment;

        @Option(
                names = "--from-pin-file",
                paramLabel = "FILE",
                description = "A file with the PIN of the device --from. Default: as --pin-file.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of(USER_PIN, "--from-pin", environment, file);
        }
    }

    /** The PIN of the device that keys move to. */
    public static final class ToPin {
        @Option(
                names = "--to-pin-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the PIN of the device --to. Default: as --pin-env.")
        private @Nullable String environment;

        @Option(
                names = "--to-pin-file",
                paramLabel = "FILE",
                description = "A file with the PIN of the device --to. Default: as --pin-file.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of(USER_PIN, "--to-pin", environment, file);
        }
    }

    /** The password of a file: of a DKEK share, of a PKCS#12 file. */
    public static final class Password {
        @Option(
                names = "--password-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the file's password.")
        private @Nullable String environment;

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "A file with the password, readable by its owner only. Without this and --password-env it"
                        + " is asked for.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of("password", "--password", environment, file);
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
    public static final class KeyPassword {
        @Option(
                names = "--key-password-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the password of keys in the file.")
        private @Nullable String environment;

        @Option(
                names = "--key-password-file",
                paramLabel = "FILE",
                description =
                        "A file with the password of keys in the file, readable by its owner only. Default: that of the"
                                + " file; where it is another, it is asked for.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of("password", "--key-password", environment, file);
        }
    }

    /** A value that a key is derived by. */
    public static final class DerivationValue {
        @Option(
                names = "--value-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the value, as hexadecimal digits.")
        private @Nullable String environment;

        @Option(
                names = "--value-file",
                paramLabel = "FILE",
                description = "A file with the value, readable by its owner only. Without this and --value-env it is"
                        + " asked for.")
        private @Nullable Path file;

        public Secret secret() throws CliException {
            return Secret.of("derivation value", "--value", environment, file);
        }
    }
}
