// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.cli.report.CliException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the SO-PIN comes from. */
public final class SoPinOptions {
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
