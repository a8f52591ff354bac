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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
        Path program = script(
                "askpass",
                "printf %s \"$1\" > '" + bench.file("question") + "'\nexit $(cat '" + bench.file("status") + "')");
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

    /** An agent in this process, until it is interrupted. */
    private record Serving(StringWriter out, StringWriter err, CompletableFuture<Integer> ended, Thread thread) {
        static Serving start(Io.@Nullable Person person, List<String> line) throws InterruptedException {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            Io io = new Io(new PrintWriter(out, true), new PrintWriter(err, true), Bench.ENVIRONMENT::get, person);
            CompletableFuture<Integer> ended = new CompletableFuture<>();
            Thread agent = new Thread(() -> ended.complete(Schsm.run(io, line.toArray(String[]::new))));
            agent.start();
            while (!out.toString().endsWith("\n") && !ended.isDone()) {
                Thread.sleep(10);
            }
            return new Serving(out, err, ended, agent);
        }

        int end() throws Exception {
            thread.interrupt();
            return ended.get(60, TimeUnit.SECONDS);
        }

        /** What a command says that is told of the agent. */
        String shell(String command) throws IOException {
            Process shell = new ProcessBuilder("sh", "-c", out + command)
                    .redirectErrorStream(true)
                    .start();
            return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Io.Person person(Function<String, String> answers) {
        return new Io.Person() {
            @Override
            public char[] secret(String question) {
                throw new AssertionError(question);
            }

            @Override
            public String line(String question) {
                return answers.apply(question);
            }
        };
    }

    @Test
    void personAtTheTerminalConfirms() throws Exception {
        List<String> questions = new CopyOnWriteArrayList<>();
        List<String> answers = List.of("yes", "no", "");
        Serving agent = Serving.start(
                person(question -> {
                    questions.add(question);
                    return answers.get(questions.size() - 1);
                }),
                line("--confirm"));
        for (String answer : answers) {
            String said = agent.shell(
                    "ssh-keygen -Y sign -n file -f '" + bench.file("git.pub") + "' '" + bench.file("content") + "'");
            assertThat(isSigned()).as(said).isEqualTo(answer.equals("yes"));
        }
        assertThat(agent.end()).isEqualTo(Status.DONE);
        assertThat(questions)
                .hasSize(3)
                .allMatch(question -> question.endsWith("in the namespace \"file\"? (yes/no) "));
        assertThat(agent("--confirm").failed().err()).contains("--confirm", "SSH_ASKPASS");
    }

    /** What runs there could answer for the person, and the person to what runs there. */
    @Test
    void terminalIsTheCommandsWhileItRuns() throws Exception {
        StringWriter said = new StringWriter();
        Io io = new Io(
                new PrintWriter(said, true), new PrintWriter(said, true), Bench.ENVIRONMENT::get, person(question -> {
                    throw new AssertionError(question);
                }));

        assertThat(Schsm.run(
                        io, line("--confirm", "--", "touch", bench.file("ran")).toArray(String[]::new)))
                .isNotZero();
        assertThat(said.toString()).contains("--confirm with a command", "SSH_ASKPASS");
        assertThat(folder.resolve("ran")).doesNotExist();
    }

    /** Locks and unlocks the agent, and signs. */
    private List<String> relocking() throws IOException {
        Path passphrase = script("passphrase", "echo passphrase");
        return List.of(
                "--",
                "sh",
                "-c",
                "export SSH_ASKPASS='" + passphrase
                        + "' SSH_ASKPASS_REQUIRE=force DISPLAY=:0; ssh-add -x && ssh-add -X &&"
                        + " exec ssh-keygen -Y sign -n file -f '" + bench.file("git.pub") + "' '"
                        + bench.file("content")
                        + "'");
    }

    private Path script(String name, String content) throws IOException {
        Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + content + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program;
    }

    @Test
    void pinAfterALockIsNotAskedForAtTheCommandsTerminal() throws Exception {
        char[] pin = Bench.ENVIRONMENT.get("PIN").toCharArray();
        List<String> questions = new ArrayList<>();
        Io.Person once = new Io.Person() {
            @Override
            public char[] secret(String question) {
                questions.add(question);
                return pin.clone();
            }

            @Override
            public String line(String question) {
                throw new AssertionError(question);
            }
        };
        Map<String, String> environment = new HashMap<>(Bench.ENVIRONMENT);
        List<String> line = line();
        line.remove("--pin-env=PIN");
        line.addAll(relocking());
        StringWriter said = new StringWriter();
        Io io = new Io(new PrintWriter(said, true), new PrintWriter(said, true), environment::get, once);

        assertThat(Schsm.run(io, line.toArray(String[]::new))).isNotZero();
        assertThat(said.toString()).contains("schsm: refused: ", "--pin-env");
        assertThat(isSigned()).isFalse();
        assertThat(questions).hasSize(1);

        environment.put(
                "SSH_ASKPASS",
                script("askpin", "echo \"$1\" > '" + bench.file("question") + "'; echo " + new String(pin))
                        .toString());
        assertThat(Schsm.run(io, line.toArray(String[]::new)))
                .as(said.toString())
                .isZero();
        assertThat(isSigned()).isTrue();
        assertThat(questions).hasSize(2);
        assertThat(read("question")).startsWith("User PIN of device " + Bench.A);
    }

    @Test
    void withoutACommandItServesUntilItIsEnded() throws Exception {
        Serving agent = Serving.start(null, line());
        assertThat(agent.out().toString())
                .as(agent.err().toString())
                .isEqualTo("SSH_AUTH_SOCK=" + bench.file("agent.sock") + "; export SSH_AUTH_SOCK;\n");

        assertThat(agent.shell("exec ssh-add -L")).isEqualTo(read("git.pub"));
        assertThat(agent("--", "true").failed().err()).contains("an agent is running at");

        assertThat(agent.end()).isEqualTo(Status.DONE);
        assertThat(folder.resolve("agent.sock")).doesNotExist();
        assertThat(agent.err().toString()).contains("offers \"git\" (ecdsa-sha2-nistp256, SHA256:");
    }
}
