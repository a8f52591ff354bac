// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command at a terminal, which util-linux's {@code script} makes. */
@Tag("jdk")
class TerminalTest {
    @TempDir
    Path folder;

    private Path launcher;
    private @Nullable PseudoTerminal terminal;

    @BeforeEach
    void launcher() throws IOException {
        launcher = House.in(folder);
    }

    /** In a separate process: two at a time may not use one folder. */
    private String run(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(launcher.toString()));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--terminal", "simulator:" + folder.resolve("state"), "--device", A, "--pin-env=PIN"));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("PIN", "648219");
        Process other = builder.start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(said).isZero();
        return said;
    }

    @AfterEach
    void end() {
        if (terminal != null) {
            terminal.close();
        }
    }

    private PseudoTerminal start(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(launcher.toString()));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--terminal", "simulator:" + folder.resolve("state"), "--device", A));
        PseudoTerminal started = PseudoTerminal.start(Map.of(), String.join(" ", words) + "; stty -a");
        terminal = started;
        return started;
    }

    @Test
    void whatIsTypedBeforeTheQuestionIsNeitherShownNorTaken() throws Exception {
        PseudoTerminal shown = start("pin", "verify");
        shown.awaitLaunch();
        shown.type("qwertz\nyxcvbn");
        shown.await("User PIN of device");
        Thread.sleep(100);
        shown.type("648219\n");

        shown.ended();
        assertThat(shown.seen())
                .contains("User PIN verified.")
                .doesNotContain("qwertz")
                .doesNotContain("yxcvbn")
                .doesNotContain("648219");
        assertThat(shown.seen()).as("the echo is back").contains(" echo ");
    }

    /** The PIN is typed once, and then the terminal is the command's, which finds it as every command does. */
    @Test
    void commandWithAnAgentHasTheTerminal() throws Exception {
        run("generate", "--label=git");
        String pub = folder.resolve("git.pub").toString();
        run("public-key", "--label=git", "--format=SSH", "--out=" + pub);
        String file =
                Files.writeString(folder.resolve("content"), "what is signed").toString();
        String command = launcher + " ssh-agent --terminal simulator:" + folder.resolve("state") + " --device "
                + A + " --socket " + folder.resolve("agent.sock")
                + " -- sh -c 'stty -a; ssh-keygen -Y sign -n file -f " + pub
                + " " + file + " && exit 5'; echo status $?";
        PseudoTerminal shown = PseudoTerminal.start(Map.of(), command);
        terminal = shown;
        shown.answer("User PIN of device", "648219\n");
        shown.await(" echo ");

        shown.await("status 5");
        shown.ended();
        assertThat(folder.resolve("content.sig")).isNotEmptyFile();
        assertThat(folder.resolve("agent.sock")).doesNotExist();
    }

    @Test
    void yesThatWasTypedBeforeTheQuestionDeletesNothing() throws Exception {
        run("generate", "--label=key");
        PseudoTerminal shown = start("delete", "--label=key");
        shown.type("yes\n");
        shown.await("Go on?");
        Thread.sleep(100);
        shown.type("no\n");

        shown.ended();
        assertThat(shown.seen()).contains("nothing was done").contains(" echo ");
        assertThat(run("keys")).contains("key ");
    }

    /** Of a divided password: shown once, cleared, and not echoed when it is typed as it was noted. */
    @Test
    void partOfAPasswordIsSeenByItsCustodianAlone() throws Exception {
        Path key = Files.writeString(
                folder.resolve("key.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(KeyPairGenerator.getInstance("EC")
                                        .generateKeyPair()
                                        .getPublic()
                                        .getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        PseudoTerminal screen = start(
                "dkek",
                "ceremony",
                folder.resolve("custody").toString(),
                "--threshold=2",
                "--custodian=Ann",
                "--custodian=Ben",
                "--custodian=Cleo",
                "--seal=Ben=" + key,
                "--seal=Cleo=" + key);
        screen.answer("press Enter. ", "\n");
        screen.await("and they are gone. ");
        List<String> noted = screen.seen()
                .lines()
                .filter(line -> line.matches("(Prime|Share ID|Share value) *: .*"))
                .map(line -> line.replaceAll("^[^:]*: ", "").strip())
                .toList();
        assertThat(noted).hasSize(3);
        Thread.sleep(100);
        screen.type("\n");
        for (int i = 0; i < 3; i++) {
            String question = List.of("noted it, Prime: ", "noted it, Share ID: ", "noted it, Share value: ")
                    .get(i);
            screen.answer(question, noted.get(i) + "\n");
        }

        screen.ended();
        assertThat(screen.seen()).contains("New DKEK with KCV").contains(" echo ");
        String value = noted.get(2);
        int shown = screen.seen().indexOf(value);
        assertThat(screen.seen().indexOf(value, shown + 1)).as("shown once").isNegative();
        assertThat(screen.seen().indexOf("\u001B[2J", shown))
                .as("cleared after it")
                .isPositive();
    }
}
