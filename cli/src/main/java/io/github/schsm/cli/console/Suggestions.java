// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
            Optional<String> placed = placed(unmatched);
            if (placed.isPresent()) {
                return List.of(placed.get());
            }
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

    /** Where a command takes as an argument what others take as an option of that name. */
    private static Optional<String> placed(UnmatchedArgumentException unmatched) {
        CommandSpec spec = unmatched.getCommandLine().getCommandSpec();
        String option = unmatched.getUnmatched().get(0);
        return spec.positionalParameters().stream()
                .map(argument -> argument.paramLabel().replaceAll("[\\[\\]]", ""))
                .filter(label -> option.equals("--" + label.toLowerCase(Locale.ROOT)))
                .map(label -> "Give it without " + option + ": " + name(spec) + " " + label)
                .findFirst();
    }

    private static String name(CommandSpec spec) {
        return spec.qualifiedName();
    }
}
