// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completions of fish, which picocli does not make: a line for each command and option, by where it may stand. */
final class FishCompletion {
    private static final String BETWEEN = " ";

    private FishCompletion() {}

    static String script(CommandSpec root) {
        List<String> lines = new ArrayList<>();
        lines.add("# Completions of schsm for fish, made from its commands by: schsm completion fish");
        lines.add("");
        lines.add("# Whether the words so far, without options and their values, are these.");
        lines.add("function __schsm_at");
        lines.add("    set -l words (commandline -opc)");
        lines.add("    set -e words[1]");
        lines.add("    set -l commands");
        lines.add("    set -l skip 0");
        lines.add("    for word in $words");
        lines.add("        if test $skip = 1");
        lines.add("            set skip 0");
        lines.add("        else if contains -- $word " + String.join(BETWEEN, withValue(root)));
        lines.add("            set skip 1");
        lines.add("        else if not string match -q -- '-*' $word");
        lines.add("            set -a commands $word");
        lines.add("        end");
        lines.add("    end");
        lines.add("    set -l wanted $argv");
        lines.add("    for i in (seq (count $wanted))");
        lines.add("        test \"$commands[$i]\" = \"$wanted[$i]\"; or return 1");
        lines.add("    end");
        lines.add("    return 0");
        lines.add("end");
        lines.add("");
        lines.add("# The same, and none of the commands that may come next is there yet.");
        lines.add("function __schsm_next");
        lines.add("    __schsm_at $argv; or return 1");
        lines.add("    set -l typed (commandline -opc)");
        lines.add("    for i in (seq (count $typed))");
        lines.add("        if contains -- $typed[$i] (__schsm_commands $argv)");
        lines.add("            return 1");
        lines.add("        end");
        lines.add("    end");
        lines.add("    return 0");
        lines.add("end");
        lines.add("");
        Map<String, Set<String>> subcommands = new LinkedHashMap<>();
        List<String> completions = new ArrayList<>();
        collect(root, List.of(), completions, subcommands);
        lines.add("function __schsm_commands");
        lines.add("    switch \"$argv\"");
        subcommands.forEach((path, names) -> {
            lines.add("        case '" + path + "'");
            lines.add("            printf '%s\\n' " + String.join(BETWEEN, names));
        });
        lines.add("    end");
        lines.add("end");
        lines.add("");
        lines.add("complete -c schsm -f");
        lines.addAll(completions);
        return String.join("\n", lines) + "\n";
    }

    /** Every option that takes a value: the word after it is no command. */
    private static Set<String> withValue(CommandSpec command) {
        Set<String> names = new LinkedHashSet<>();
        command.options().stream()
                .filter(option -> option.arity().max() > 0)
                .forEach(option -> names.addAll(Arrays.asList(option.names())));
        command.subcommands().values().forEach(each -> names.addAll(withValue(each.getCommandSpec())));
        return names;
    }

    private static void collect(
            CommandSpec command, List<String> path, List<String> completions, Map<String, Set<String>> subcommands) {
        String at = "__schsm_at" + (path.isEmpty() ? "" : BETWEEN + String.join(BETWEEN, path));
        if (!command.subcommands().isEmpty()) {
            subcommands.put(String.join(BETWEEN, path), command.subcommands().keySet());
        }
        for (Map.Entry<String, CommandLine> each : command.subcommands().entrySet()) {
            CommandSpec subcommand = each.getValue().getCommandSpec();
            String next = at.replace("__schsm_at", "__schsm_next");
            completions.add("complete -c schsm -n " + quoted(next) + " -a " + quoted(each.getKey()) + " -d "
                    + quoted(first(subcommand.usageMessage().description())));
            List<String> further = new ArrayList<>(path);
            further.add(each.getKey());
            collect(subcommand, further, completions, subcommands);
        }
        if (command.subcommands().isEmpty()) {
            command.options().forEach(option -> completions.add(option(option, at)));
            command.positionalParameters().forEach(parameter -> {
                String values = values(parameter);
                if (!values.isEmpty()) {
                    completions.add("complete -c schsm -n " + quoted(at) + values);
                }
            });
        }
    }

    private static String option(OptionSpec option, String at) {
        StringBuilder line = new StringBuilder("complete -c schsm -n " + quoted(at));
        for (String name : option.names()) {
            line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            line.append(" -r").append(values(option));
        }
        return line.append(" -d ").append(quoted(first(option.description()))).toString();
    }

    private static String values(ArgSpec argument) {
        if (argument.completionCandidates() != null) {
            List<String> values = new ArrayList<>();
            argument.completionCandidates().forEach(values::add);
            return " -a " + quoted(String.join(BETWEEN, values));
        }
        boolean file = argument.type() == Path.class
                || Arrays.asList(argument.auxiliaryTypes()).contains(Path.class);
        return file ? " -F" : "";
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : description[0];
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
