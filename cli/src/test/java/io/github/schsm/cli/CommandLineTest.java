// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.console.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

public class CommandLineTest {
    private static Run run(String... arguments) {
        return Run.of(Map.of(), arguments);
    }

    private static CommandLine root() {
        return Schsm.commandLine(Terminal.ofProcess());
    }

    /** Every command that does something, by its full name: those that only have subcommands do not. */
    public static Stream<CommandLine> leaves() {
        return leaves(root()).stream();
    }

    private static List<CommandLine> leaves(CommandLine command) {
        List<CommandLine> leaves = new ArrayList<>();
        if (command.getSubcommands().isEmpty() || command.getCommand() instanceof SchsmCommand) {
            leaves.add(command);
        }
        command.getSubcommands().values().forEach(each -> leaves.addAll(leaves(each)));
        leaves.removeIf(each -> each.getCommand() instanceof HelpCommand);
        return leaves;
    }

    @Test
    void versionIsOneLine() {
        assertThat(run("--version").done().out()).matches("schsm \\d\\S+\\R");
    }

    @Test
    void withoutArgumentsItSaysWhatItCanDo() {
        assertThat(run().done().out()).contains("demo", "migrate", "Start with: schsm demo");
    }

    @Test
    void everyCommandIsListedUnderTheHeadingOfItsGroup() {
        String help = run("--help").done().out();
        CommandLine root = root();
        List<String> grouped = new ArrayList<>();
        int end = 0;
        for (Commands.Group group : Commands.groups()) {
            int heading = help.indexOf("\n" + group.heading() + ":\n");
            assertThat(heading).as(group.heading()).isGreaterThan(end);
            for (Object command : group.commands()) {
                String name = new CommandLine(command).getCommandName();
                grouped.add(name);
                end = help.indexOf("\n  " + name + " ", heading);
                assertThat(end).as(name).isPositive();
            }
        }
        assertThat(grouped)
                .doesNotHaveDuplicates()
                .containsExactlyElementsOf(root.getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void everyCommandExplainsItselfAndEachOfItsOptions(CommandLine command) {
        List<String> arguments =
                new ArrayList<>(List.of(command.getCommandSpec().qualifiedName().split(" ")));
        arguments.remove(0);
        arguments.add("--help");

        String help = run(arguments.toArray(String[]::new)).done().out();

        assertThat(help).startsWith("Usage: " + command.getCommandSpec().qualifiedName());
        assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
        assertThat(help.lines().skip(1).findFirst().orElseThrow()).isNotBlank();
        for (OptionSpec option : command.getCommandSpec().options()) {
            assertThat(help).contains(option.longestName());
            assertThat(option.description()).as(option.longestName()).isNotEmpty();
            boolean isFlag = option.arity().max() == 0;
            assertThat(isFlag
                            || option.defaultValue() == null
                            || String.join(" ", option.description()).contains("Default: " + option.defaultValue()))
                    .as("the default of " + option.longestName() + " of " + command.getCommandName())
                    .isTrue();
        }
        for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
            assertThat(parameter.description()).as(parameter.paramLabel()).isNotEmpty();
        }
        assertThat(help).containsOnlyOnce("Options of every command:");
    }

    @Test
    void helpIsForWhatIsThere() {
        for (String line : List.of("chek --help", "domain stat --help", "keys --lable x --help")) {
            Run result = run(line.split(" ", -1));

            assertThat(result.status()).as(line).isEqualTo(2);
            assertThat(result.out()).as(line).isEmpty();
            assertThat(result.err()).as(line).contains(line.split(" ", -1)[line.startsWith("chek") ? 0 : 1]);
        }
        assertThat(run("--help").done().out()).doesNotContain("%n");
    }

    /** Else it cannot be copied. */
    @Test
    void exampleStaysOnOneLine() {
        assertThat(run("csr", "--help").done().out().lines().map(String::strip))
                .contains("schsm csr --device ZZSIM000001 --label tls --subject CN=www.example.org --out tls.csr");
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void noCommandTakesASecretAsAnArgument(CommandLine command) {
        assertThat(command.getCommandSpec().options())
                .filteredOn(option -> option.arity().max() > 0)
                .extracting(OptionSpec::longestName)
                .filteredOn(name -> name.matches(".*(pin|password|secret).*"))
                .allMatch(name -> name.endsWith("-env") || name.endsWith("-file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate", "domain", "domain create --slot 0", "kdm issue", "devices --frobnicate"})
    void wrongCommandLineIsToldApartFromARefusal(String line) {
        Run run = run(line.split(" ")).misused();

        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("--help");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "frobnicate | schsm frobnicate",
                "kdm frobnicate | schsm kdm frobnicate",
                "kdm | \"a command is missing: schsm kdm issue|show\"",
                "verify x | schsm: Missing required argument",
                "verify --label a --key b x | schsm: --label=LABEL, --key=FILE are mutually exclusive",
                "devices x | \"Unmatched argument: 'x'\"",
                "show --label x | Give it without --label: schsm show LABEL",
                "attest --label x | Give it without --label: schsm attest LABEL"
            })
    void wrongCommandLineIsToldInPlainWords(String line, String told) {
        assertThat(run(line.split(" ")).misused().err()).contains(told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate --json", "--json", "--json domain", "kdm --json issue", "devices 1 --json"})
    void wrongCommandLineIsJsonTooIfAskedFor(String line) {
        Run run = run(line.split(" ")).misused();

        assertThat(run.json()).containsOnlyKeys("error");
        assertThat(run.errorMessage()).isNotBlank();
    }

    @Test
    void commonOptionsGoBeforeAndAfterTheCommand() {
        assertThat(run("--json", "kdm", "show", "missing.kdm").failed().errorMessage())
                .isEqualTo(run("kdm", "show", "missing.kdm", "--json").failed().errorMessage())
                .isEqualTo("the KDM missing.kdm cannot be read: there is no such file or folder");
    }

    @Test
    void valueOfAnOptionMayBeTheNameOfACommand() {
        assertThat(run("--trust", "simulator", "kdm", "show", "missing.kdm")
                        .failed()
                        .err())
                .contains("missing.kdm");
        assertThat(run("--config", "keys", "wrap", "--label", "wrap").failed().err())
                .contains("configuration file keys");
    }

    @Test
    void errorComesWithoutItsOriginUnlessAskedFor() {
        assertThat(run("kdm", "show", "missing.kdm").failed().err()).doesNotContain("CliException");
        assertThat(run("kdm", "show", "missing.kdm", "--verbose").err()).contains("CliException", "at io.github.schsm");
        assertThat(Run.of(Map.of("SCHSM_TRACE", "1"), "kdm", "show", "missing.kdm")
                        .err())
                .contains("CliException");
    }

    @Test
    void unknownValueIsAnsweredWithThoseThatAreKnown() {
        assertThat(run("generate", "--label", "x", "--allow", "SIGN").misused().err())
                .contains("SIGN")
                .contains("ECDSA");
    }

    /** Options of every command may stand before its name and after it; a flag in both places is still set. */
    @Test
    void aFlagInBothPlacesIsSet() {
        for (List<String> line :
                List.of(List.of("--json", "keys", "--json"), List.of("--json", "keys"), List.of("keys", "--json"))) {
            List<String> arguments = new ArrayList<>(line);
            arguments.add("--terminal=simulator:memory");

            assertThat(Run.of(Map.of(), arguments.toArray(String[]::new)).out())
                    .as(line.toString())
                    .startsWith("{");
        }
    }
}
