// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent, asked by OpenSSH's own programs. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SshAgentCommandTest {
    @TempDir
    private Path folder;

    private Bench bench;

    @BeforeEach
    void device() throws IOException {
        bench = new Bench(folder, false);
        bench.on(Bench.A, "generate", "--label=git").done();
        bench.on(Bench.A, "public-key", "--label=git", "--format=SSH", "--out=" + bench.file("git.pub"))
                .done();
        Files.writeString(folder.resolve("content"), "what is signed");
    }

    private List<String> line(String... words) {
        List<String> line = new ArrayList<>(List.of(
                "ssh-agent",
                "--terminal=" + bench.terminal(),
                "--device=" + Bench.A,
                "--pin-env=PIN",
                "--socket=" + bench.file("agent.sock")));
        line.addAll(List.of(words));
        return line;
    }

    private Run agent(String... words) {
        return Run.of(Bench.ENVIRONMENT, line(words).toArray(String[]::new));
    }

    private String[] signing(String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of(
                "--", "ssh-keygen", "-Y", "sign", "-n", "file", "-f", bench.file("git.pub"), bench.file("content")));
        return words.toArray(String[]::new);
    }

    private boolean isSigned() throws IOException {
        return Files.deleteIfExists(folder.resolve("content.sig"));
    }

    @Test
    void commandRunsWithTheAgentWhichEndsWithIt() throws Exception {
        bench.on(Bench.A, "generate", "--label=brainpool", "--curve=brainpoolP256r1")
                .done();

        Run listed = agent("--", "ssh-add", "-L").done();

        assertThat(listed.out()).isEqualTo(Files.readString(folder.resolve("git.pub")));
        assertThat(folder.resolve("agent.sock")).doesNotExist();
        Run status = agent("--", "sh", "-c", "echo nothing >&2; exit 7");
        assertThat(status.status()).isEqualTo(7);
        assertThat(status.err()).isEqualTo("nothing\n");
        assertThat(agent("--", bench.file("gone")).failed().err()).contains("cannot be started", "gone");
        assertThat(folder.resolve("agent.sock")).doesNotExist();
        assertThat(agent("--key=brainpool", "--", "true").failed().err()).contains("brainpool", "secp521r1");
    }

    @Test
    void answerForProgramsIsOneDocumentAndTheCommandsOutputIsNoPartOfIt() {
        Run run = agent("--json", "--", "sh", "-c", "echo said; exit 3");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).isEqualTo("said\n");
        assertThat(run.json())
                .containsEntry("status", 3L)
                .containsEntry("socket", bench.file("agent.sock"))
                .containsEntry("leftOut", List.of());
        assertThat(run.list("keys")).singleElement().satisfies(key -> {
            assertThat(key).containsEntry("label", "git").containsEntry("type", "ecdsa-sha2-nistp256");
            assertThat((String) key.get("publicKey")).isEqualToIgnoringNewLines(read("git.pub"));
        });
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void programOfTheDesktopConfirms() throws Exception {
        Path program = Files.writeString(
                folder.resolve("askpass"),
                "#!/bin/sh\nprintf %s \"$1\" > '" + bench.file("question") + "'\nexit $(cat '" + bench.file("status")
                        + "')\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Map<String, String> environment = new HashMap<>(Bench.ENVIRONMENT);
        environment.put("SSH_ASKPASS", program.toString());
        String[] line = line(signing("--confirm")).toArray(String[]::new);

        Files.writeString(folder.resolve("status"), "1");
        Run refused = Run.of(environment, line);
        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("schsm: refused: the use of key \"git\"", "namespace \"file\"");
        assertThat(isSigned()).isFalse();
        assertThat(read("question")).contains("Allow use of key \"git\"", "namespace \"file\"", "SHA256:");

        Files.writeString(folder.resolve("status"), "0");
        assertThat(Run.of(environment, line).status()).isZero();
        assertThat(isSigned()).isTrue();
    }

    @Test
    void personAtTheTerminalConfirms() throws Exception {
        List<String> questions = new ArrayList<>();
        for (String answer : List.of("yes", "no", "")) {
            StringWriter said = new StringWriter();
            Io.Person person = new Io.Person() {
                @Override
                public char[] secret(String question) {
                    throw new AssertionError(question);
                }

                @Override
                public String line(String question) {
                    questions.add(question);
                    return answer;
                }
            };
            Io io = new Io(new PrintWriter(said, true), new PrintWriter(said, true), Bench.ENVIRONMENT::get, person);

            int status = Schsm.run(io, line(signing("--confirm")).toArray(String[]::new));

            assertThat(status == 0).as(said.toString()).isEqualTo(answer.equals("yes"));
            assertThat(isSigned()).isEqualTo(answer.equals("yes"));
        }
        assertThat(questions).hasSize(3).allMatch(question -> question.endsWith(" (yes/no) "));
        assertThat(agent(signing("--confirm")).failed().err()).contains("--confirm", "SSH_ASKPASS");
    }

    @Test
    void withoutACommandItServesUntilItIsEnded() throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Io io = new Io(new PrintWriter(out, true), new PrintWriter(err, true), Bench.ENVIRONMENT::get, null);
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Thread agent = new Thread(() -> ended.complete(Schsm.run(io, line().toArray(String[]::new))));
        agent.start();
        while (!out.toString().endsWith("\n") && !ended.isDone()) {
            Thread.sleep(10);
        }
        assertThat(out.toString())
                .as(err.toString())
                .isEqualTo("SSH_AUTH_SOCK=" + bench.file("agent.sock") + "; export SSH_AUTH_SOCK;\n");

        Process shell = new ProcessBuilder("sh", "-c", out + "exec ssh-add -L")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(read("git.pub"));
        assertThat(agent("--", "true").failed().err()).contains("an agent is running at");

        agent.interrupt();
        assertThat(ended.get(60, TimeUnit.SECONDS)).isEqualTo(Status.DONE);
        assertThat(folder.resolve("agent.sock")).doesNotExist();
        assertThat(err.toString()).contains("offers \"git\" (ecdsa-sha2-nistp256, SHA256:");
    }
}
