// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is proposed for a word that is no command. */
class SuggestionsTest {
    /** Every command that changes keys, objects, settings, PINs or use counters, or could. */
    private static final Set<String> CHANGING = Set.of(
            "schsm initialize",
            "schsm pin verify",
            "schsm pin change",
            "schsm pin unblock",
            "schsm pka register",
            "schsm pka replace",
            "schsm pka respond",
            "schsm pka run",
            "schsm group-signer create",
            "schsm kdm issue",
            "schsm domain create",
            "schsm domain join",
            "schsm domain sync",
            "schsm domain import-share",
            "schsm domain clear-kek",
            "schsm dkek ceremony",
            "schsm dkek reshare",
            "schsm domain delete",
            "schsm generate",
            "schsm derive-key",
            "schsm rename",
            "schsm exchange-key create",
            "schsm derive-xkek",
            "schsm wrap",
            "schsm unwrap",
            "schsm migrate",
            "schsm backup",
            "schsm restore",
            "schsm backup verify",
            "schsm cleanup",
            "schsm sign",
            "schsm ssh-agent",
            "schsm decrypt",
            "schsm import-cert",
            "schsm csr",
            "schsm self-sign",
            "schsm ca init",
            "schsm ca issue",
            "schsm ca revoke",
            "schsm ca crl",
            "schsm import-key",
            "schsm delete",
            "schsm data write",
            "schsm data delete",
            "schsm benchmark",
            "schsm label",
            "schsm shell",
            "schsm audit seal",
            "schsm selftest",
            "schsm simulator",
            "schsm report",
            "schsm remote connect");

    @TempDir
    Path folder;

    static Stream<String> groups() {
        return Stream.concat(
                Stream.of(""),
                CommandLineTest.leaves()
                        .map(command -> command.getCommandSpec().qualifiedName().split(" "))
                        .filter(words -> words.length == 3)
                        .map(words -> words[1])
                        .distinct());
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>(List.of(
                "audit",
                "list",
                "info",
                "find",
                "get",
                "show",
                "status",
                "reset",
                "init",
                "initialise",
                "erase",
                "remove",
                "clear",
                "unlock",
                "changes",
                "import",
                "export",
                "create",
                "key",
                "cert",
                "generat",
                "migrat",
                "lable",
                "deletee",
                "verfy",
                "x",
                "data",
                "set",
                "put",
                "read",
                "write",
                "backup",
                "format",
                "wipe"));
        CommandLineTest.leaves().forEach(command -> words.add(command.getCommandName() + "s"));
        return words;
    }

    @ParameterizedTest
    @MethodSource("groups")
    void nothingThatChangesADeviceIsEverProposed(String group) {
        Run.Session session = new Run.Session();
        for (String word : words()) {
            String[] arguments = group.isEmpty() ? new String[] {word} : new String[] {group, word};
            Run run = session.run(arguments);
            if (run.status() != Status.USAGE || !run.err().contains("Did you mean")) {
                continue;
            }
            String proposed = run.err()
                    .lines()
                    .filter(line -> line.startsWith("Did you mean"))
                    .collect(Collectors.joining());
            for (String changing : CHANGING) {
                assertThat(proposed)
                        .as(String.join(" ", arguments))
                        .doesNotContainPattern(changing + "\\b(?!-| [a-z])");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"device", "kyes", "cert"})
    void commandThatOnlyLooksIsProposed(String word) {
        assertThat(Run.of(Map.of(), word).misused().err()).contains("Did you mean: schsm ");
    }

    @Test
    void dataGetIsNotDataDelete() {
        assertThat(Run.of(Map.of(), "data", "get").misused().err())
                .doesNotContain("delete")
                .contains("Try: schsm data --help");
    }

    /** A command that is added has to be called one or the other. */
    @Test
    void everyCommandIsHarmlessOrChangesSomething() {
        for (CommandLine command : CommandLineTest.leaves().toList()) {
            String name = command.getCommandSpec().qualifiedName();
            assertThat(Commands.isHarmless(command.getCommandSpec())).as(name).isEqualTo(!CHANGING.contains(name));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices",
                "keys",
                "certs",
                "attest key",
                "pin status",
                "group-signer show",
                "domain list",
                "data list",
                "data read --label=object --out=%s/1",
                "device-id export --out=%s/2",
                "export-cert --label=key --out=%s/3",
                "random 8"
            })
    void harmlessCommandLeavesTheDeviceAsItIs(String line) throws IOException {
        Bench bench = new Bench(folder, false);
        Files.writeString(folder.resolve("content"), "content");
        bench.on(A, "generate", "--label=key").done();
        bench.on(A, "data", "write", "--label=object", bench.file("content")).done();
        Map<String, String> before = state();

        bench.withoutPinOn(A, line.formatted(folder).split(" ")).done();

        assertThat(state()).isEqualTo(before);
    }

    private Map<String, String> state() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("state"))) {
            Map<String, String> state = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                state.put(file.toString(), Arrays.toString(Files.readAllBytes(file)));
            }
            return state;
        }
    }
}
