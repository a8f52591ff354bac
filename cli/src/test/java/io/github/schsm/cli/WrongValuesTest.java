// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Status;
import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command line that is wrong by itself has one exit status in every command, and gets as far as no device. */
class WrongValuesTest {
    /** Neither a number nor a name of anything, no hexadecimal digits, and an open parenthesis. */
    private static final String NONSENSE = "no such (value";

    /** Longer than any label or name. */
    private static final String TOO_LONG = "x".repeat(100);

    private static final String NO_FILE = "no\0file";

    /** What takes any text: whether there is something of that name is known where it is looked for. */
    private static final Set<String> ANY_TEXT = Set.of(
            "COMMAND",
            "LABEL",
            "[LABEL]",
            "REFERENCE",
            "schsm audit show --event",
            "schsm dkek ceremony --comment",
            "schsm dkek ceremony --only",
            "schsm dkek reshare --comment",
            "schsm dkek reshare --only",
            "schsm import-key --alias",
            "schsm public-key --comment",
            "schsm report --title");

    /** A value that is not wrong by itself, by what stands for it in the help. */
    private static final Map<String, String> FITTING = Map.of(
            "COMMAND", "keys",
            "HEX", "0A",
            "LABEL", "x",
            "N", "1",
            "SHELL", "bash",
            "TEXT", "x",
            "TIME", "1m",
            "URL", "http://localhost:1/ram");

    @TempDir
    Path folder;

    private final Run.Session session = new Run.Session();
    private int devices;

    private Path state() {
        return folder.resolve("state");
    }

    private static Stream<ArgSpec> arguments(CommandSpec command) {
        return Stream.concat(command.options().stream(), command.positionalParameters().stream())
                .filter(each -> each.arity().max() > 0);
    }

    private static String nonsense(ArgSpec argument) {
        Class<?> type = argument.auxiliaryTypes()[0];
        if (type == Path.class || argument.paramLabel().equals("FILE")) {
            return NO_FILE;
        }
        boolean isName =
                argument.paramLabel().equals("TEXT") || Values.name(argument).equals("--custodian");
        return isName ? TOO_LONG : NONSENSE;
    }

    /** A name of a variable is any text, too. */
    private static boolean takesAnyText(CommandSpec command, ArgSpec argument, Set<String> used) {
        String name = command.qualifiedName() + " " + Values.name(argument);
        for (String each : List.of(name, argument.paramLabel())) {
            if (ANY_TEXT.contains(each)) {
                used.add(each);
                assertThat(argument.auxiliaryTypes()[0]).as(name).isEqualTo(String.class);
                return true;
            }
        }
        return name.endsWith("-env");
    }

    private String fitting(ArgSpec argument) {
        return switch (argument.paramLabel()) {
            case "FILE", "FOLDER" -> folder.resolve("none").toString();
            case "ID" -> "ZZSIM00000" + ++devices;
            default -> FITTING.getOrDefault(argument.paramLabel(), "x");
        };
    }

    private void add(List<String> line, ArgSpec argument, String value) {
        if (argument instanceof OptionSpec option) {
            line.add(option.longestName() + "=" + value);
        } else {
            line.add(value);
        }
    }

    /** What has to be there besides one argument, those without a name at the end. */
    private List<String> line(CommandSpec command, ArgSpec tested, String value) {
        List<String> line =
                new ArrayList<>(Arrays.asList(command.qualifiedName().split(" ", -1)));
        line.remove(0);
        if (!Values.name(tested).equals("--terminal")) {
            line.add("--terminal=simulator:" + state());
        }
        if (command.qualifiedName().equals("schsm selftest")) {
            line.add("--destructive");
        }
        if (tested.isOption()) {
            add(line, tested, value);
        }
        command.options().stream()
                .filter(each -> each.required() && each.group() == null && each != tested)
                .forEach(each -> add(line, each, fitting(each)));
        for (ArgGroupSpec group : command.argGroups()) {
            if (group.multiplicity().min() > 0 && !group.equals(tested.group())) {
                ArgSpec first = group.args().iterator().next();
                add(line, first, fitting(first));
            }
        }
        command.positionalParameters().stream()
                .filter(each -> each == tested || each.arity().min() > 0)
                .forEach(each -> add(line, each, each == tested ? value : fitting(each)));
        return line;
    }

    @Test
    void valueThatAnOptionCannotHaveIsAWrongCommandLine() {
        List<String> problems = new ArrayList<>();
        Set<String> used = new TreeSet<>();
        int tried = 0;
        for (CommandLine each : CommandLineTest.leaves().toList()) {
            CommandSpec command = each.getCommandSpec();
            for (ArgSpec argument : arguments(command).toList()) {
                if (takesAnyText(command, argument, used)) {
                    continue;
                }
                String value = nonsense(argument);
                List<String> line = line(command, argument, value);
                Run run = session.run(line.toArray(String[]::new));
                tried++;
                // Of an argument that need not be there picocli only says that it does not match.
                boolean told = (!argument.isOption() || run.err().contains(Values.name(argument)))
                        && run.err().contains(PrintableText.of(value))
                        && run.err().contains("Try: " + command.qualifiedName() + " --help");
                if (run.status() != Status.USAGE || !told || !run.out().isEmpty() || Files.exists(state())) {
                    problems.add(PrintableText.of(line.toString()) + " ended with " + run.status() + ": " + run.err()
                            + run.out() + (Files.exists(state()) ? " (and looked at devices)" : ""));
                }
            }
        }

        assertThat(problems).isEmpty();
        assertThat(tried).isGreaterThan(500);
        assertThat(used).containsExactlyInAnyOrderElementsOf(ANY_TEXT);
    }

    /** Otherwise the test above could not tell. */
    @Test
    void aDeviceThatIsLookedAtLeavesATrace() {
        session.run("generate", "--label=x", "--terminal=simulator:" + state(), "--device=ZZSIM000001");

        assertThat(state()).exists();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "keys --pin-env=PIN --pin-file=pin.txt | --pin-env",
                "keys --pin-file=- | --pin-file",
                "keys --config=- | --config",
                "keys --json --config=- | --config",
                "decrypt --label=x --json --out=- none | --json",
                "generate --label=x --type=UNKNOWN | EC, RSA or AES",
                "generate --label=x --type=RSA --curve=secp256r1 | --curve is for EC keys",
                "generate --label=x --size=2048 | --size is for RSA and AES keys",
                "generate --label=x --type=RSA --size=1000 | --size 1000",
                "generate --label=x --type=AES --size=64 | --size 64",
                "generate --label=x --type=AES --public-exponent=3 | --public-exponent is for RSA keys",
                "generate --label=x --type=RSA --public-exponent=4 | --public-exponent 4",
                "generate --label=x --wrapped-by=1 | --wrapped-by is for AES keys",
                "generate --label=x --wrapped-by=256 --type=AES | 0 to 255",
                "generate --label=x --use-counter=0 | 1 to 4294967294",
                "generate --label=x --slot=-1 | --slot -1: give a whole number from 0 to 254",
                "initialize --retries=11 | --retries 11: give a whole number from 1 to 10",
                "initialize --no-unblock --unblock-only | --no-unblock",
                "initialize --required-keys=2 --registered-keys=1 | --registered-keys 1",
                "initialize --key-domains=1 --dkek-shares=1 | mutually exclusive",
                "benchmark --make-keys --kinds=RSA-2048,secp111r1 | --kinds secp111r1",
                "benchmark --kinds=AES-256 | --make-keys",
                "attest x --in=y | --in",
                "dump x --label=y | --label",
                "migrate --from=A --to=A --label=x | --from",
                "domain create --slot=0 --dkek-shares=1 --expect-uid=00112233445566778899AABBCCDDEEFF | --kdm",
                "domain create --slot=0 --kdm=none --expect-uid=0011 | at least 32",
                "domain create-share share.pbe --threshold=4 --total=3 | --threshold 4",
                "domain create-share - --threshold=2 --total=3 | in place of -",
                "domain join --domain=00112233 --signer=x --signer-device=A | --domain",
                "backup --sign-with=x --unsigned | --unsigned",
                "backup verify --scratch=A --share=x y | --scratch",
                "restore --all --device=A none | --all",
                "dkek ceremony custody | --custodian",
                "dkek ceremony custody --custodian=Ann --custodian=Ann --sign=x | two custodians",
                "dkek ceremony custody --custodian=Ann --custodian=Ben --threshold=3 --sign=x | --threshold",
                "dkek check --share=a --share=a --slot=0 | named twice",
                "derive-xkek --label=x --peer=none --expect-peer=A#12 | --expect-peer",
                "ca list --out=x | --serial",
                "ca revoke --serial=0 | --serial 0",
                "audit show --last=0 | --last 0",
                "console --port=65536 | --port 65536: give a whole number from 0 to 65535",
                "simulator --state=none --port=65535 --device=ZZSIM000001,ZZSIM000002 | 2 ports",
                "random 0 | N 0: give a whole number from 1 to 1048576",
                "remote connect ftp://localhost/x | https:",
                "shell --timeout=0 | --timeout 0"
            })
    void optionsThatDoNotFitAreAWrongCommandLine(String line, String told) {
        List<String> arguments = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
        arguments.add(1, "--terminal=simulator:" + state());
        Run run = session.run(arguments.toArray(String[]::new)).misused();

        assertThat(run.err()).contains(told, "Try: schsm ");
        assertThat(state()).doesNotExist();
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void programsAreToldWhichKindOfErrorItIs() {
        Run run = session.run("keys", "--json", "--dates=sometimes").misused();

        assertThat(run.json().toString()).contains("type=Usage", "--dates", "sometimes", "required", "ignored");
    }

    /** An entry of the configuration's file is no option, and a file that is named is looked at where it is used. */
    @Test
    void whatIsInFilesIsNoWrongCommandLine() throws IOException {
        Path config = Files.writeString(folder.resolve("config"), "dates = sometimes\n");

        session.run("keys", "--config=" + config, "--channel=plain").failed();
        session.run("keys", "--terminal=simulator:" + state(), "--trust=file:" + folder.resolve("none"))
                .failed();
    }

    @Test
    void linesOfAScriptEndWithTheSameStatus() throws IOException {
        Path script = Files.write(
                folder.resolve("script"),
                List.of(
                        "generate --label x --curve secp111r1",
                        "random 0",
                        "keys --dates sometimes",
                        "generate --label x --size 64",
                        "schsm benchmark --seconds 0"));

        Run run = Run.of(Map.of(), "--terminal=simulator:" + state(), "--script", script.toString(), "--keep-going");

        assertThat(run.misused().err().lines().filter(line -> line.contains("ended with exit status 2")))
                .hasSize(5);
        assertThat(state()).doesNotExist();
        assertThat(Run.of(Map.of(), "--dates=sometimes", "--script", script.toString())
                        .misused()
                        .err())
                .contains("--dates")
                .doesNotContain("line 1");
        Run.of(Map.of(), "--script", NO_FILE).misused();
    }

    @Test
    void everyHelpTellsTheStatuses() {
        for (CommandLine each : CommandLineTest.leaves().toList()) {
            assertThat(each.getCommand() instanceof SchsmCommand).isTrue();
            assertThat(each.getUsageMessage())
                    .as(each.getCommandName())
                    .endsWith(System.lineSeparator() + Status.line() + System.lineSeparator());
        }
        assertThat(Status.line())
                .isEqualTo(
                        "Exit status: 0 done; 1 refused or failed, or the answer of a check is \"no\"; 2 wrong command"
                                + " line; 3 done but for what is not possible or not known.");
    }
}
