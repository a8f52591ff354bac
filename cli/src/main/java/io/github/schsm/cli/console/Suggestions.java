// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What may have been meant by an unknown word. A command that changes a device is never proposed: a user who
 * typed {@code info} did not mean {@code initialize}.
 */
public final class Suggestions {
    private Suggestions() {}

    /**
     * Lines to show with the error; none if there is no good guess.
     *
     * @param harmless whether a command changes nothing on a device
     */
    public static List<String> of(ParameterException error, Predicate<CommandSpec> harmless) {
        if (!(error instanceof UnmatchedArgumentException unmatched)) {
            return List.of();
        }
        if (unmatched.isUnknownOption()) {
            return unmatched.getSuggestions().isEmpty()
                    ? List.of()
                    : List.of("Possible solutions: " + String.join(", ", unmatched.getSuggestions()));
        }
        CommandLine command = error.getCommandLine();
        List<String> guesses = new ArrayList<>();
        for (String guess : unmatched.getSuggestions()) {
            CommandLine meant = command.getSubcommands().get(guess);
            if (meant != null && harmless.test(meant.getCommandSpec())) {
                guesses.add(name(meant.getCommandSpec()));
            }
        }
        return guesses.isEmpty() ? List.of() : List.of("Did you mean: " + String.join(" or ", guesses) + "?");
    }

    private static String name(CommandSpec spec) {
        return spec.qualifiedName();
    }
}
