// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.console.HelpText;
import io.github.schsm.cli.report.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Manual pages of the command and its subcommands, from what the help is made of. picocli makes AsciiDoc of it, which takes
 * another program to become a page.
 */
public final class ManPages {
    private static final String EXAMPLE = "Example:";

    private ManPages() {}

    /** The text of each page in roff, by the name of its file, e.g. {@code schsm-domain-create.1}. */
    public static Map<String, String> of(CommandSpec root, String version) {
        Map<String, String> pages = new TreeMap<>();
        collect(root, version, pages);
        return pages;
    }

    private static void collect(CommandSpec command, String version, Map<String, String> pages) {
        pages.put(fileName(command), page(command, version));
        for (CommandLine each : command.subcommands().values()) {
            if (!(each.getCommand() instanceof CommandLine.HelpCommand)) {
                collect(each.getCommandSpec(), version, pages);
            }
        }
    }

    private static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    private static String fileName(CommandSpec command) {
        return name(command) + ".1";
    }

    private static String page(CommandSpec command, String version) {
        UsageMessageSpec usage = command.usageMessage();
        List<String> lines = new ArrayList<>();
        lines.add(
                ".TH " + quoted(name(command).toUpperCase(Locale.ROOT)) + " 1 \"\" " + quoted(version) + " \"SCHSM\"");
        lines.add(".SH NAME");
        String summary = usage.description().length == 0 ? "" : usage.description()[0];
        lines.add(text(name(command)) + " \\- " + text(summary));
        lines.add(".SH SYNOPSIS");
        lines.add(".B " + text(command.qualifiedName()));
        lines.add(text(arguments(command)));
        lines.add(".SH DESCRIPTION");
        for (int i = 0; i < usage.description().length; i++) {
            if (i > 0) {
                lines.add(".PP");
            }
            lines.add(text(usage.description()[i]));
        }
        arguments(command, lines);
        List<String> seeAlso = new ArrayList<>();
        if (command.parent() != null) {
            seeAlso.add(name(command.parent()));
        }
        if (!command.subcommands().isEmpty()) {
            lines.add(".SH COMMANDS");
            for (CommandLine each : command.subcommands().values()) {
                CommandSpec subcommand = each.getCommandSpec();
                String[] description = subcommand.usageMessage().description();
                tagged(lines, subcommand.name(), description.length == 0 ? "" : description[0]);
                if (!(each.getCommand() instanceof CommandLine.HelpCommand)) {
                    seeAlso.add(name(subcommand));
                }
            }
        }
        example(command, lines);
        lines.add(".SH EXIT STATUS");
        Status.meanings().forEach((status, meaning) -> tagged(lines, status.toString(), meaning));
        if (!seeAlso.isEmpty()) {
            lines.add(".SH SEE ALSO");
            for (int i = 0; i < seeAlso.size(); i++) {
                lines.add(".BR " + text(seeAlso.get(i)) + (i < seeAlso.size() - 1 ? " (1)," : " (1)"));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    /** A command with its arguments, as its page shows them. */
    static String synopsis(CommandSpec command) {
        return command.qualifiedName() + " " + arguments(command);
    }

    private static String arguments(CommandSpec command) {
        StringBuilder text = new StringBuilder();
        if (!command.subcommands().isEmpty()) {
            text.append("COMMAND ");
        }
        for (OptionSpec option : command.options()) {
            if (option.required() && option.group() == null) {
                text.append(option.longestName())
                        .append(' ')
                        .append(option.paramLabel())
                        .append(' ');
            }
        }
        for (ArgGroupSpec group : command.argGroups()) {
            text.append(group.synopsis()).append(' ');
        }
        text.append("[OPTIONS]");
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            text.append(' ').append(parameter.paramLabel());
        }
        return text.toString();
    }

    private static void arguments(CommandSpec command, List<String> lines) {
        List<OptionSpec> own = new ArrayList<>();
        List<OptionSpec> common = new ArrayList<>();
        command.options().forEach(option -> (HelpText.isCommon(option) ? common : own).add(option));
        if (!own.isEmpty() || !command.positionalParameters().isEmpty()) {
            lines.add(".SH OPTIONS");
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            tagged(lines, parameter.paramLabel(), String.join(" ", parameter.description()));
        }
        own.forEach(option -> option(option, lines));
        if (command.parent() == null) {
            lines.add(".SH OPTIONS OF EVERY COMMAND");
            common.forEach(option -> option(option, lines));
        } else {
            lines.add(".PP");
            lines.add("The options of every command are in");
            lines.add(".BR " + text(command.root().name()) + " (1).");
        }
    }

    private static void option(OptionSpec option, List<String> lines) {
        String names = String.join(", ", option.names());
        tagged(
                lines,
                option.arity().max() > 0 ? names + " " + option.paramLabel() : names,
                String.join(" ", option.description()));
    }

    private static void tagged(List<String> lines, String tag, String description) {
        lines.add(".TP");
        lines.add(".B " + text(tag));
        lines.add(text(description));
    }

    /** The command lines that a command's help shows. */
    static List<String> examples(CommandSpec command) {
        List<String> lines = Arrays.asList(command.usageMessage().footer());
        int at = lines.indexOf(EXAMPLE);
        return at < 0
                ? List.of()
                : lines.subList(at + 1, lines.size()).stream()
                        .map(String::strip)
                        .toList();
    }

    private static void example(CommandSpec command, List<String> lines) {
        List<String> examples = examples(command);
        if (!examples.isEmpty()) {
            lines.add(".SH EXAMPLE");
            lines.add(".nf");
            examples.forEach(example -> lines.add(text(example)));
            lines.add(".fi");
        }
    }

    /** With what roff would take for something else written out. */
    private static String text(String text) {
        String escaped =
                text.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ").strip();
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
