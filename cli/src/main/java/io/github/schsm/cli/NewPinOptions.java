package io.github.schsm.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a new user PIN comes from. */
final class NewPinOptions {
    @Option(
            names = "--new-pin-env",
            paramLabel = "NAME",
            description = "The environment variable that holds the new user PIN, 6 to 16 characters.")
    private @Nullable String environment;

    @Option(
            names = "--new-pin-file",
            paramLabel = "FILE",
            description = "A file with the new user PIN, readable by its owner only. Without this and --new-pin-env it"
                    + " is asked for.")
    private @Nullable Path file;

    Secret secret() throws CliException {
        return Context.secret("new user PIN", "--new-pin", environment, file);
    }
}
