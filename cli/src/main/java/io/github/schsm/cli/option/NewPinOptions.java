// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.cli.report.CliException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a new PIN comes from. */
public final class NewPinOptions {
    @Option(
            names = "--new-pin-env",
            paramLabel = "NAME",
            description = "The environment variable that holds the new PIN: a user PIN of 6 to 16 characters, or with"
                    + " pin change --so an SO-PIN of 16 hex digits.")
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
