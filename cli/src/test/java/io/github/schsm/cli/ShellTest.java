// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell at a terminal. */
@Tag("jdk")
class ShellTest {
    private static final String PIN = "648219";
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    private static final String PROMPT = "schsm> ";

    @TempDir
    Path folder;

    private Path launcher;

    @BeforeEach
    void launcher() throws IOException {
        launcher = House.in(folder);
    }

    private Path history() {
        return folder.resolve("home/schsm/history");
    }

    private PseudoTerminal shell(String... options) throws IOException {
        // Ctrl-C reaches a shell that waits for the command, too, and then the status is the shell's: hence exec.
        List<String> words = new ArrayList<>(List.of(
                "exec",
                launcher.toString(),
                "--terminal",
                "simulator:" + folder.resolve("state"),
                "shell",
                "--device",
                A));
        words.addAll(List.of(options));
        return PseudoTerminal.start(
                Map.of("XDG_STATE_HOME", folder.resolve("home").toString()), String.join(" ", words));
    }

    @Test
    void pinIsTypedOnceUnseenAndErrorsDoNotEndIt() throws Exception {
        try (PseudoTerminal shell = shell()) {
            shell.answer(PROMPT, "generate --label one\n");
            shell.await("User PIN of device");
            assertThat(shell.processes()).as("/proc/*/cmdline and environ").doesNotContain(PIN);
            shell.type("too early?\u0015" + PIN + "\n");
            shell.await("generated");
            shell.answer(PROMPT, "generate --label two\n");
            shell.await("generated");
            shell.answer(PROMPT, "frobnicate\n");
            shell.await("there is no command");
            shell.answer(PROMPT, PIN + "1\n");
            shell.await("there is no command");
            shell.answer(PROMPT, "sign --label on\t");
            Thread.sleep(1000); // looks at the device
            shell.type("missing.txt\n");
            shell.await("missing.txt");
            shell.answer(PROMPT, "keys\n");
            shell.await("two");
            shell.answer(PROMPT, "exit\n");

            assertThat(shell.ended()).as(shell.seen()).isZero();
            assertThat(shell.seen().split("User PIN of device", -1)).hasSize(2);
            assertThat(shell.seen().replace(PIN + "1", "")).doesNotContain(PIN);
        }
        assertThat(Files.readAllLines(history()))
                .containsExactly(
                        "generate --label one", "generate --label two", "sign --label one missing.txt", "keys");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history())))
                .isEqualTo("rw-------");
    }

    @Test
    void pinIsForgottenWhenNothingIsTyped() throws Exception {
        try (PseudoTerminal shell = shell("--timeout", "2s", "--no-history")) {
            shell.answer(PROMPT, "pin verify\n");
            shell.answer("User PIN of device", PIN + "\n");
            shell.await("verified");
            shell.await("devices are logged out, PINs are forgotten");
            shell.type("pin status\n");
            shell.await("3 tries left");
            shell.answer(PROMPT, "generate --label one\n");
            shell.answer("User PIN of device", PIN + "\n");
            shell.await("generated");
            shell.answer(PROMPT, CTRL_D);

            assertThat(shell.ended()).as(shell.seen()).isZero();
        }
        assertThat(history()).doesNotExist();
    }

    @Test
    void controlCEndsTheCommandOnly() throws Exception {
        try (PseudoTerminal shell = shell()) {
            shell.answer(PROMPT, "simulator --state " + folder.resolve("other") + " --port 1\n");
            shell.answer("waiting for vpcd", CTRL_C);
            shell.answer(PROMPT, "generate --label one\n");
            shell.answer("User PIN of device", CTRL_C);
            shell.await("no user PIN was entered");
            shell.answer(PROMPT, "keys\n");
            shell.await("no keys");
            shell.answer(PROMPT, CTRL_D);

            assertThat(shell.ended()).as(shell.seen()).isZero();
        }
    }

    /** A command, and for each of its questions how that begins and the secret that is typed. */
    private record Asking(String command, List<String> questions, List<String> secrets) {}

    @Test
    void noSecretIsSeenAtTheTerminalInProcessesOrInTheHistory() throws Exception {
        String soPin = "3537363231383830";
        String newSoPin = "0123456789ABCDEF";
        String value = "A1B2C3D4".repeat(8);
        List<Asking> table = List.of(
                new Asking("generate --label base --allow DERIVE_EC", List.of("User PIN"), List.of(PIN)),
                new Asking("derive-key --from base --label derived", List.of("Derivation value"), List.of(value)),
                new Asking(
                        "pin change --so",
                        List.of("SO-PIN", "New SO-PIN", "The same again"),
                        List.of(soPin, newSoPin, newSoPin)),
                new Asking(
                        "pin change",
                        List.of("User PIN", "New user PIN", "The same again"),
                        List.of(PIN, "secret-1", "secret-1")),
                new Asking(
                        "pin unblock",
                        List.of("SO-PIN", "New user PIN", "The same again"),
                        List.of(newSoPin, "secret-2", "secret-2")),
                new Asking("pin verify", List.of("User PIN"), List.of("secret-2")),
                new Asking(
                        "domain create-share share.pbe",
                        List.of("Password", "The same again"),
                        List.of("secret-3", "secret-4")));
        Set<String> secrets = new HashSet<>();
        table.forEach(asking -> secrets.addAll(asking.secrets()));
        try (PseudoTerminal shell = shell()) {
            for (Asking asking : table) {
                shell.answer(PROMPT, asking.command() + "\n");
                for (int i = 0; i < asking.questions().size(); i++) {
                    shell.await(asking.questions().get(i));
                    assertThat(shell.processes()).as(asking.command()).doesNotContain(secrets);
                    Thread.sleep(100);
                    shell.type(asking.secrets().get(i) + "\n");
                }
            }
            shell.answer(PROMPT, "exit\n");

            assertThat(shell.ended()).as(shell.seen()).isZero();
            assertThat(shell.seen())
                    .doesNotContain(secrets)
                    .contains("derived", "User PIN changed", "SO-PIN changed", "verified", "not the same");
        }
        assertThat(Files.readString(history())).contains("pin change --so").doesNotContain(secrets);
    }

    @Test
    void erasingTakesTheTypedIdAndWhatWasTypedBeforeIsNone() throws Exception {
        try (PseudoTerminal shell = shell()) {
            shell.answer(PROMPT, "initialize\n" + A + "\n");
            shell.answer("to go on: ", "no\n");
            shell.await("nothing was done");
            shell.answer(PROMPT, "exit\n");

            assertThat(shell.ended()).as(shell.seen()).isZero();
        }
    }

    /** A device says what its labels are; Tab offers none that names a file with options. */
    @Test
    void labelThatWouldBeAFileOfOptionsIsNotCompleted() throws Exception {
        try (PseudoTerminal shell = shell()) {
            shell.answer(PROMPT, "generate --label=@one\n");
            shell.answer("User PIN of device", PIN + "\n");
            shell.await("generated");
            shell.answer(PROMPT, "generate --label one\n");
            shell.await("generated");
            shell.answer(PROMPT, "sign --label \t");
            Thread.sleep(1000); // looks at the device
            shell.type("missing.txt\n");
            shell.await("missing.txt");
            shell.answer(PROMPT, "exit\n");

            assertThat(shell.ended()).as(shell.seen()).isZero();
        }
        assertThat(Files.readAllLines(history())).contains("sign --label one missing.txt");
    }
}
