// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import io.github.schsm.cli.report.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ScopeType;

/** Lays the help out so that a command's own options do not drown among those that every command has. */
public final class HelpText {
    private static final String SECTION_COMMON = "commonOptions";
    private static final String SECTION_STATUS = "exitStatus";

    private static final int GAP = 2;

    private HelpText() {}

    /** For a command and all its subcommands. */
    public static void install(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        if (!(spec.userObject() instanceof HelpCommand)) {
            UsageMessageSpec usage = spec.usageMessage();
            List<String> keys = new ArrayList<>(usage.sectionKeys());
            keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_COMMAND_LIST) + 1, SECTION_COMMON);
            if (spec.parent() != null) {
                // Examples stand by the command's own options.
                keys.remove(UsageMessageSpec.SECTION_KEY_FOOTER);
                keys.add(keys.indexOf(SECTION_COMMON), UsageMessageSpec.SECTION_KEY_FOOTER);
                keys.add(SECTION_STATUS);
            }
            usage.sectionKeys(keys);
            usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> footer(help.commandSpec()));
            usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_SYNOPSIS, help -> synopsis(help.commandSpec()));
            usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> optionList(help, false));
            usage.sectionMap().put(SECTION_COMMON, HelpText::commonOptions);
            usage.sectionMap()
                    .put(SECTION_STATUS, help -> System.lineSeparator() + Status.line() + System.lineSeparator());
        }
        command.getSubcommands().values().forEach(HelpText::install);
    }

    /**
     * Lists the subcommands by subject.
     *
     * @param headings the names of the commands under each heading
     */
    public static void group(CommandLine command, Map<String, List<String>> headings) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> grouped(help, headings));
    }

    private static String grouped(Help help, Map<String, List<String>> headings) {
        int names = headings.values().stream()
                        .flatMap(List::stream)
                        .mapToInt(String::length)
                        .max()
                        .orElse(0)
                + GAP;
        int width = help.commandSpec().usageMessage().width();
        StringBuilder text = new StringBuilder();
        headings.forEach((heading, commands) -> {
            Help.TextTable table = Help.TextTable.forColumns(
                    help.colorScheme(),
                    new Help.Column(names + GAP, GAP, Help.Column.Overflow.SPAN),
                    new Help.Column(width - names - GAP, GAP, Help.Column.Overflow.WRAP));
            for (String name : commands) {
                UsageMessageSpec usage = Objects.requireNonNull(
                                help.subcommands().get(name), name)
                        .commandSpec()
                        .usageMessage();
                // The header, where there is one, is the short form.
                String[] lines = usage.header().length == 0 ? usage.description() : usage.header();
                table.addRowValues(
                        help.colorScheme().commandText(name),
                        help.colorScheme().text(lines.length == 0 ? "" : lines[0]));
            }
            text.append(System.lineSeparator())
                    .append(heading)
                    .append(':')
                    .append(System.lineSeparator())
                    .append(table);
        });
        return text.toString();
    }

    /** What has to be given, in full. */
    private static String synopsis(CommandSpec spec) {
        StringBuilder text = new StringBuilder(spec.qualifiedName());
        if (!spec.subcommands().isEmpty()) {
            text.append(spec.userObject() instanceof Callable<?> ? " [COMMAND]" : " COMMAND");
        }
        for (OptionSpec option : spec.options()) {
            if (option.required() && option.group() == null) {
                text.append(' ').append(option.longestName()).append(' ').append(option.paramLabel());
            }
        }
        for (ArgGroupSpec group : spec.argGroups()) {
            text.append(' ').append(group.synopsis());
        }
        text.append(" [OPTIONS]");
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            text.append(' ').append(parameter.paramLabel());
        }
        return text.append(System.lineSeparator()).toString();
    }

    /** Line by line as it stands: an example is copied from there. */
    private static String footer(CommandSpec spec) {
        StringBuilder text = new StringBuilder();
        for (String line : spec.usageMessage().footer()) {
            text.append(line).append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String commonOptions(Help help) {
        return System.lineSeparator() + "Options of every command:" + System.lineSeparator() + optionList(help, true);
    }

    private static String optionList(Help help, boolean common) {
        List<OptionSpec> chosen = help.commandSpec().options().stream()
                .filter(option -> isCommon(option) == common)
                .toList();
        Help.Layout layout = help.createDefaultLayout();
        layout.addAllOptions(chosen, help.parameterLabelRenderer());
        return layout.toString();
    }

    /** Whether every command has it. */
    public static boolean isCommon(OptionSpec option) {
        return option.scopeType() == ScopeType.INHERIT || option.usageHelp() || option.versionHelp();
    }
}
