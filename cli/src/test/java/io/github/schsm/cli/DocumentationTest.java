// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.console.HelpText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** docs/cli.md names every command and option, and no other. */
class DocumentationTest {
    private static final Pattern HEADING = Pattern.compile("(?m)^### `(schsm [^`]+)`$");
    private static final Pattern NEXT = Pattern.compile("(?m)^###? ");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");

    private static String document() throws IOException {
        return Files.readString(Path.of(System.getProperty("schsm.home"), "docs", "cli.md"));
    }

    private static Map<String, String> sections() throws IOException {
        String text = document();
        Map<String, String> sections = new LinkedHashMap<>();
        Matcher matcher = HEADING.matcher(text);
        while (matcher.find()) {
            String rest = text.substring(matcher.end());
            Matcher next = NEXT.matcher(rest);
            sections.put(matcher.group(1), next.find() ? rest.substring(0, next.start()) : rest);
        }
        return sections;
    }

    @Test
    void everyCommandHasItsSectionAndNoOtherHas() throws IOException {
        List<String> commands = CommandLineTest.leaves()
                .map(command -> command.getCommandSpec().qualifiedName())
                .toList();

        assertThat(sections().keySet()).containsExactlyElementsOf(commands);
    }

    @Test
    void theSectionsOfTheHelpAreThoseOfTheDocument() throws IOException {
        String text = document();
        for (Commands.Group group : Commands.groups()) {
            String heading = "\n## " + group.heading() + "\n";
            for (Object command : group.commands()) {
                if (command instanceof CommandLine.HelpCommand) {
                    continue;
                }
                String name = new CommandLine(command).getCommandName();
                int at = text.indexOf("\n### `schsm " + name);
                int under = text.lastIndexOf("\n## ", at);

                assertThat(text.substring(under)).as(name).startsWith(heading);
            }
        }
    }

    @Test
    void everyOptionIsInItsCommandsSectionAndNoOtherIs() throws IOException {
        Map<String, String> sections = sections();
        List<CommandLine> commands = CommandLineTest.leaves().toList();
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            List<String> own = command.getCommandSpec().options().stream()
                    .filter(option -> !HelpText.isCommon(option))
                    .map(OptionSpec::longestName)
                    .toList();
            List<String> all = command.getCommandSpec().options().stream()
                    .map(OptionSpec::longestName)
                    .toList();
            List<String> documented = OPTION.matcher(sections.get(name))
                    .results()
                    .map(result -> result.group())
                    .toList();

            assertThat(documented).as(name).containsAll(own);
            assertThat(all).as(name).containsAll(documented);
        }
    }

    @Test
    void commonOptionsAreDocumentedOnce() throws IOException {
        String text = document();
        for (OptionSpec option : CommandLineTest.leaves()
                .findFirst()
                .orElseThrow()
                .getCommandSpec()
                .options()) {
            if (HelpText.isCommon(option)) {
                assertThat(text).contains("| `" + option.longestName());
            }
        }
    }
}
