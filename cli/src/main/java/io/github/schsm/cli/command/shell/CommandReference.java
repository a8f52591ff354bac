// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.console.HelpText;
import io.github.schsm.cli.report.Status;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The reference of all commands as one page of Markdown, from what the help is made of. */
public final class CommandReference {
    private static final String TABLE = "| option | meaning |\n| --- | --- |\n";

    private CommandReference() {}

    /** The page. */
    public static String of(CommandSpec root) {
        StringBuilder page = new StringBuilder("# Command reference\n\n");
        page.append("Made from the commands themselves; [the guide](cli.md) tells more. ")
                .append(Status.line())
                .append("\n\n## Options of every command\n\n");
        options(root.options().stream().filter(HelpText::isCommon).toList(), List.of(), page);
        root.subcommands().values().forEach(each -> command(each, page));
        return page.toString();
    }

    private static void command(CommandLine line, StringBuilder page) {
        CommandSpec command = line.getCommandSpec();
        if (line.getCommand() instanceof CommandLine.HelpCommand) {
            return;
        }
        boolean top = command.parent().parent() == null;
        page.append('\n')
                .append(top ? "## " : "### ")
                .append('`')
                .append(command.qualifiedName())
                .append("`\n\n");
        for (String paragraph : command.usageMessage().description()) {
            page.append(text(paragraph)).append("\n\n");
        }
        List<String> examples = ManPages.examples(command);
        // Groups of commands only have subcommands, and no example.
        if (!examples.isEmpty()) {
            page.append("```sh\n").append(ManPages.synopsis(command)).append("\n```\n\n");
            List<OptionSpec> own = command.options().stream()
                    .filter(option -> !HelpText.isCommon(option))
                    .toList();
            options(own, command.positionalParameters(), page);
            page.append("Example:\n\n```sh\n")
                    .append(String.join("\n", examples))
                    .append("\n```\n");
        }
        command.subcommands().values().forEach(each -> command(each, page));
    }

    private static void options(List<OptionSpec> options, List<PositionalParamSpec> parameters, StringBuilder page) {
        if (options.isEmpty() && parameters.isEmpty()) {
            return;
        }
        List<String> rows = new ArrayList<>();
        parameters.forEach(parameter -> rows.add(row(parameter.paramLabel(), parameter)));
        options.forEach(option -> {
            String names = String.join(", ", option.names());
            rows.add(row(option.arity().max() > 0 ? names + " " + option.paramLabel() : names, option));
        });
        page.append(TABLE).append(String.join("", rows)).append('\n');
    }

    private static String row(String name, ArgSpec argument) {
        StringBuilder values = new StringBuilder();
        if (argument.completionCandidates() != null) {
            argument.completionCandidates()
                    .forEach(
                            value -> values.append(values.isEmpty() ? "" : ", ").append(value));
        }
        String meaning = String.join(" ", argument.description()).replace("${COMPLETION-CANDIDATES}", values);
        return "| `" + name.replace("|", "\\|") + "` | " + text(meaning) + " |\n";
    }

    /** Plain text as Markdown: nothing in it is markup. */
    private static String text(String text) {
        return text.replaceAll("([\\\\`*_<>|#\\[\\]])", "\\\\$1").replace('\n', ' ');
    }
}
