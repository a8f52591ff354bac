// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.codec.SecretBytes;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the password of a file comes from: of a DKEK share, of a PKCS#12 file. */
public final class PasswordOptions {
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
     * The bytes that tools make of a password; wipes the password.
     *
     * @throws InvalidRequestException if a character was damaged: such a password could not be typed again
     */
    public static byte[] bytes(char[] password) throws InvalidRequestException {
        try {
            return SecretBytes.password(password, "password");
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
