// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.admin.inventory.ShellLine;
import io.github.schsm.codec.PrintableText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jline.builtins.Completers.FileNameCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Completes a line: commands, options, values that an option can have, files, and the ids and labels that can be known
 * without a PIN.
 */
final class LineCompleter implements Completer {
    private static final List<String> OWN = List.of(Session.USE, "exit", "help");

    private final CommandSpec root;
    private final KnownNames names;

    LineCompleter(CommandSpec root, KnownNames names) {
        this.root = root;
        this.names = names;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        String word = line.word();
        Place place = place(before);
        ArgSpec wanted = place.valueOf();
        if (place.using()) {
            names.devices().stream()
                    .filter(LineCompleter::isText)
                    .forEach(name -> candidates.add(candidate(name, null)));
        } else if (wanted != null) {
            values(wanted, place.device(), reader, line, candidates);
        } else if (word.startsWith("-")) {
            for (OptionSpec option : place.command().options()) {
                candidates.add(candidate(option.longestName(), first(option.description())));
            }
        } else {
            subcommands(place.command(), candidates);
            if (place.command() == root) {
                OWN.forEach(name -> candidates.add(candidate(name, null)));
            }
            for (PositionalParamSpec parameter : place.command().positionalParameters()) {
                values(parameter, place.device(), reader, line, candidates);
            }
        }
    }

    private static void subcommands(CommandSpec command, List<Candidate> candidates) {
        for (Map.Entry<String, CommandLine> each : command.subcommands().entrySet()) {
            candidates.add(candidate(
                    each.getKey(),
                    first(each.getValue().getCommandSpec().usageMessage().description())));
        }
    }

    /**
     * Where a line has come to.
     *
     * @param command the command so far
     * @param valueOf the option whose value comes next; null if none does
     * @param device  the device that the line names; null if it names none
     * @param using   whether a device comes next because the shell is told to use it
     */
    private record Place(
            CommandSpec command,
            @Nullable ArgSpec valueOf,
            @Nullable String device,
            boolean using) {}

    private Place place(List<String> words) {
        CommandSpec command = root;
        OptionSpec open = null;
        String device = null;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (open != null) {
                device = open.longestName().equals("--device") ? word : device;
                open = null;
            } else if (word.startsWith("-")) {
                int equals = word.indexOf('=');
                OptionSpec option = command.findOption(equals < 0 ? word : word.substring(0, equals));
                open = equals < 0 && option != null && option.arity().max() > 0 ? option : null;
                device = word.startsWith("--device=") ? word.substring(equals + 1) : device;
            } else if (command.subcommands().containsKey(word)) {
                command = command.subcommands().get(word).getCommandSpec();
            } else if (i == 0 && word.equals(Session.USE)) {
                return new Place(command, null, null, true);
            }
        }
        return new Place(command, open, device, false);
    }

    private void values(
            ArgSpec argument, @Nullable String device, LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (argument.type() == Path.class
                || Arrays.asList(argument.auxiliaryTypes()).contains(Path.class)) {
            new FileNameCompleter().complete(reader, line, candidates);
            return;
        }
        List<String> values = new ArrayList<>();
        if (argument.completionCandidates() != null) {
            argument.completionCandidates().forEach(values::add);
        }
        // What they are called in the help says what they are: TEXT is for a new label.
        switch (argument.paramLabel().replaceAll("[\\[\\]]", "")) {
            case "ID" -> names.devices().stream().filter(LineCompleter::isText).forEach(values::add);
            case "LABEL" ->
                names.labels(device).stream().filter(LineCompleter::isText).forEach(values::add);
            default -> {
                // Nothing that is known here.
            }
        }
        values.forEach(value -> candidates.add(candidate(value, null)));
    }

    /**
     * Devices say what they like: a label must not become an option or a file of options in the line of somebody who
     * presses Tab, nor end the line, nor move the cursor.
     */
    static boolean isText(String name) {
        return !name.isEmpty()
                && ShellLine.value(name).equals(name)
                && PrintableText.of(name).equals(name);
    }

    private static @Nullable String first(String[] description) {
        return description.length == 0 ? null : description[0];
    }

    private static Candidate candidate(String value, @Nullable String description) {
        return new Candidate(value, PrintableText.of(value), null, description, null, null, true);
    }
}
