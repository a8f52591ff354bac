// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.command;

import io.github.schsm.cli.Schsm;
import io.github.schsm.cli.command.SchsmCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;

/**
 * A command and the example in its help.
 *
 * @param name  its full name, e.g. {@code schsm domain create}
 * @param lines the lines below "Example:", without the blanks before them
 * @param subcommands the words that make it another command
 */
record CommandExample(String name, List<String> lines, List<String> subcommands) {
    private static final String HEADING = "Example:";

    /** Every command that does something. */
    static Stream<CommandExample> all() {
        List<CommandExample> all = new ArrayList<>();
        collect(Schsm.model(), all);
        return all.stream();
    }

    private static void collect(CommandLine command, List<CommandExample> all) {
        boolean does = command.getSubcommands().isEmpty() || command.getCommand() instanceof SchsmCommand;
        if (does && !(command.getCommand() instanceof HelpCommand)) {
            String[] footer = command.getCommandSpec().usageMessage().footer();
            List<String> lines = Arrays.stream(footer)
                    .dropWhile(line -> !line.equals(HEADING))
                    .skip(1)
                    .map(line -> line.replaceFirst("^ {2}", ""))
                    .toList();
            all.add(new CommandExample(
                    command.getCommandSpec().qualifiedName(),
                    lines,
                    List.copyOf(command.getSubcommands().keySet())));
        }
        command.getSubcommands().values().forEach(each -> collect(each, all));
    }

    /** The words of its name, without the first. */
    List<String> words() {
        List<String> words = List.of(name.split(" ", -1));
        return words.subList(1, words.size());
    }

    /** Whether a line runs this command, not one that it needs before. */
    boolean isRunBy(String line) {
        return subcommands.stream().noneMatch(word -> (line + " ").startsWith(name + " " + word + " "))
                && isNamedBy(line);
    }

    private boolean isNamedBy(String line) {
        return (line + " ").startsWith(name + " ") || (line + " ").contains(" -- " + String.join(" ", words()) + " ");
    }

    /** Its name as files are called. */
    String fileName() {
        return String.join("-", words());
    }

    @Override
    public String toString() {
        return name;
    }
}
