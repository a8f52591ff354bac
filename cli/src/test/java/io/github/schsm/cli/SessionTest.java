// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.StandardStreams;
import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.VirtualReaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of a script, and what they share. */
class SessionTest {
    private static final String PIN = VirtualReaders.USER_PIN;
    private static int lastNumber = 791_000;

    @TempDir
    Path folder;

    private final String id = "ZZSIM" + ++lastNumber;

    private Path script(String... lines) throws IOException {
        return Files.write(folder.resolve("script.schsm"), List.of(lines));
    }

    private Run run(TypedAnswers person, List<String> options, String... lines) throws Exception {
        VirtualReaders.memory().device(id);
        List<String> arguments = new ArrayList<>(
                List.of("--terminal=simulator:memory", "--script", script(lines).toString()));
        arguments.addAll(options);
        return Run.of(Bench.ENVIRONMENT, person, arguments.toArray(String[]::new));
    }

    private Run run(TypedAnswers person, String... lines) throws Exception {
        return run(person, List.of("--device", id), lines);
    }

    @Test
    void pinIsTypedOnceForAllLines() throws Exception {
        TypedAnswers person = new TypedAnswers(PIN);

        Run run = run(person, "generate --label one", "generate --label two", "schsm keys # both")
                .done();

        assertThat(person.questions).containsExactly("User PIN of device " + id + ": ");
        assertThat(run.out()).contains("one", "two");
        assertThat(run.out() + run.err()).doesNotContain(PIN);
    }

    @Test
    void devicesAreLoggedOutAtTheEnd() throws Exception {
        run(new TypedAnswers(PIN), "pin verify").done();

        Run after = Run.of(Bench.ENVIRONMENT, "--terminal=simulator:memory", "--device", id, "pin", "status")
                .done();
        assertThat(after.out()).contains("3 tries left").doesNotContain("verified");
    }

    /** A refused PIN is not sent again, and one that is changed not used anymore. */
    @Test
    void pinIsAskedForAgainWhereItDoesNotHold() throws Exception {
        TypedAnswers wrong = new TypedAnswers("111111", PIN);
        run(wrong, List.of("--device", id, "--keep-going"), "pin verify", "pin verify", "pin verify");
        assertThat(wrong.questions).hasSize(2).element(1).asString().contains("2 tries left");

        TypedAnswers changing = new TypedAnswers(PIN, PIN, "12345678", "12345678", "12345678", "12345678", PIN, PIN);
        run(changing, "generate --label one", "pin change", "generate --label two", "pin change")
                .done();
        assertThat(changing.questions).hasSize(8);
    }

    @Test
    void standardInputIsAScript() {
        byte[] lines = "completion bash\nexit\ncompletion fish\n".getBytes(StandardCharsets.UTF_8);
        StandardStreams in =
                new StandardStreams(new ByteArrayInputStream(lines), OutputStream.nullOutputStream(), () -> false);

        Run run = Run.of(Bench.ENVIRONMENT, null, in, "--script", "-").done();

        assertThat(run.out()).contains("schsm Bash Completion").doesNotContain("complete -c");
    }

    @Test
    void firstFailureEndsItWithItsStatusAndLine() throws Exception {
        Run run = run(new TypedAnswers(PIN), "# a comment", "", "sign --label missing \\", "  nothing", "devices");

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.err()).contains("missing", "line 3 of", "exit status 1");
        assertThat(run.out()).doesNotContain(id);
    }

    @Test
    void wrongLineHasTheStatusOfAWrongCommandLine() throws Exception {
        assertThat(run(new TypedAnswers(), "frobnicate").misused().err()).contains("line 1 of");
        assertThat(run(new TypedAnswers(), "keys 'open").misused().err()).contains("a quote is open", "line 1 of");
    }

    @Test
    void keepGoingRunsTheRestAndTellsTheFirstFailure() throws Exception {
        Run run = run(
                new TypedAnswers(), List.of("--keep-going", "--device", id), "frobnicate", "keys", "kdm show no.kdm");

        assertThat(run.status()).isEqualTo(Status.USAGE);
        assertThat(run.out()).contains("no keys");
        assertThat(run.err()).contains("line 1 of", "line 3 of");
    }

    @Test
    void linesChooseTheirDeviceBeforeTheOuterOne() throws Exception {
        VirtualReaders.memory().device("ZZSIM790999");

        Run run = run(
                new TypedAnswers(),
                "keys",
                "keys --device=ZZSIM790999",
                "use ZZSIM790999",
                "keys",
                "use",
                "keys",
                "exit",
                "frobnicate");

        assertThat(run.done()
                        .out()
                        .lines()
                        .filter(line -> line.startsWith("Device "))
                        .toList())
                .containsExactly(
                        "Device " + id + " has no keys.",
                        "Device ZZSIM790999 has no keys.",
                        "Device ZZSIM790999 has no keys.",
                        "Device " + id + " has no keys.");
    }

    @Test
    void quotesAndCommentsAreAShells() throws Exception {
        Run run = run(
                new TypedAnswers(PIN),
                "generate --label 'a # b' # a comment",
                "generate --label \"it's\"",
                "generate --label x\\ y",
                "keys --json");

        assertThat(run.done().out()).contains("\"a # b\"", "\"it's\"", "\"x y\"");
    }

    @Test
    void answersAreJsonIfTheOuterOneIs() throws Exception {
        Run run = run(new TypedAnswers(), List.of("--json", "--device", id), "keys", "keys --json");

        assertThat(run.status()).isZero();
        assertThat(run.out().lines().filter("{"::equals)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shell", "--script -", "--script other keys"})
    void neitherShellNorScriptRunsInAScript(String line) throws Exception {
        Run run = run(new TypedAnswers(), line);

        assertThat(run.status()).isNotZero();
        assertThat(run.err()).contains("schsm: ").contains("line 1 of");
    }

    @Test
    void scriptThatCannotBeReadDoesNothing() throws Exception {
        assertThat(Run.of(Map.of(), "--script", folder.resolve("missing").toString())
                        .failed()
                        .err())
                .contains("script", "there is no such file");
        Path latin = Files.write(folder.resolve("latin"), "devices\n# caf\u00E9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Run.of(Map.of(), "--script", latin.toString()).failed().err())
                .contains("not UTF-8");
        assertThat(Run.of(Map.of(), "--keep-going").misused().err()).contains("a command is missing");
        assertThat(Run.of(Map.of(), "--script", "x", "devices").misused().err()).contains("--script");
    }

    @Test
    void shellNeedsATerminalAndATimeItUnderstands() {
        assertThat(Run.of(Map.of(), "shell").failed().err()).contains("no terminal", "--script");
        assertThat(Run.of(Map.of(), "shell", "--timeout", "soon").misused().err())
                .contains("90s");
    }
}
