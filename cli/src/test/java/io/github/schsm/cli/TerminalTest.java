// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command at a terminal, which util-linux's {@code script} makes. */
@Tag("jdk")
class TerminalTest {
    private static final long MOST_MILLIS = 30_000;

    @TempDir
    Path folder;

    private Path launcher;
    private final StringWriter seen = new StringWriter();
    private @Nullable Process process;

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
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private OutputStream start(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(launcher.toString()));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--terminal", "simulator:" + folder.resolve("state"), "--device", A));
        Process started = new ProcessBuilder("script", "-qec", String.join(" ", words) + "; stty -a", "/dev/null")
                .redirectErrorStream(true)
                .start();
        process = started;
        Thread reader = new Thread(() -> {
            try (InputStream in = started.getInputStream()) {
                byte[] piece = new byte[1024];
                for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                    seen.append(new String(piece, 0, n, StandardCharsets.UTF_8));
                }
            } catch (IOException ended) {
                Thread.currentThread().interrupt();
            }
        });
        reader.setDaemon(true);
        reader.start();
        return started.getOutputStream();
    }

    private void await(String text) throws InterruptedException {
        for (long waited = 0; !seen.toString().contains(text); waited += 20) {
            assertThat(waited).as(seen.toString()).isLessThan(MOST_MILLIS);
            Thread.sleep(20);
        }
    }

    private static void type(OutputStream keyboard, String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    private int ended() throws InterruptedException {
        Process started = process;
        assertThat(started != null && started.waitFor(MOST_MILLIS, TimeUnit.MILLISECONDS))
                .as(seen.toString())
                .isTrue();
        return started == null ? -1 : started.exitValue();
    }

    @Test
    void whatIsTypedBeforeTheQuestionIsNeitherShownNorTaken() throws Exception {
        OutputStream keyboard = start("pin", "verify");
        Thread.sleep(150); // the launcher has begun, the JVM has not
        type(keyboard, "qwertz\nyxcvbn");
        await("User PIN of device");
        Thread.sleep(100);
        type(keyboard, "648219\n");

        ended();
        assertThat(seen.toString())
                .contains("User PIN verified.")
                .doesNotContain("qwertz")
                .doesNotContain("yxcvbn")
                .doesNotContain("648219");
        assertThat(seen.toString()).as("the echo is back").contains(" echo ");
    }

    @Test
    void yesThatWasTypedBeforeTheQuestionDeletesNothing() throws Exception {
        run("generate", "--label=key");
        OutputStream keyboard = start("delete", "--label=key");
        Thread.sleep(150);
        type(keyboard, "yes\n");
        await("Go on?");
        Thread.sleep(100);
        type(keyboard, "no\n");

        ended();
        assertThat(seen.toString()).contains("nothing was done").contains(" echo ");
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
        OutputStream keyboard = start(
                "dkek",
                "ceremony",
                folder.resolve("custody").toString(),
                "--threshold=2",
                "--custodian=Ann",
                "--custodian=Ben",
                "--custodian=Cleo",
                "--seal=Ben=" + key,
                "--seal=Cleo=" + key);
        await("press Enter. ");
        Thread.sleep(100);
        type(keyboard, "\n");
        await("and they are gone. ");
        List<String> noted = seen.toString()
                .lines()
                .filter(line -> line.matches("(Prime|Share ID|Share value) *: .*"))
                .map(line -> line.replaceAll("^[^:]*: ", "").strip())
                .toList();
        assertThat(noted).hasSize(3);
        Thread.sleep(100);
        type(keyboard, "\n");
        for (int i = 0; i < 3; i++) {
            await(List.of("noted it, Prime: ", "noted it, Share ID: ", "noted it, Share value: ")
                    .get(i));
            Thread.sleep(100);
            type(keyboard, noted.get(i) + "\n");
        }

        ended();
        assertThat(seen.toString()).contains("New DKEK with KCV").contains(" echo ");
        String value = noted.get(2);
        int shown = seen.toString().indexOf(value);
        assertThat(seen.toString().indexOf(value, shown + 1)).as("shown once").isNegative();
        assertThat(seen.toString().indexOf("\u001B[2J", shown))
                .as("cleared after it")
                .isPositive();
    }
}
