// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.Output;
import io.github.schsm.cli.io.ShownWriter;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** An answer that is not delivered is an error: a full disk, a pipe whose reader is gone. */
class UnwrittenAnswerTest {
    @TempDir
    static Path folder;

    private static final class Full extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("No space left on device");
        }
    }

    static Stream<List<String>> answers() {
        List<List<String>> all = new ArrayList<>(List.of(
                List.of("--version"),
                List.of(),
                List.of("help"),
                List.of("help", "keys"),
                List.of("devices"),
                List.of("devices", "--json"),
                List.of("keys"),
                List.of("keys", "--json"),
                List.of("random", "8"),
                List.of("demo"),
                List.of("pin", "status")));
        for (CommandLine command : CommandLineTest.leaves().toList()) {
            List<String> words = new ArrayList<>(
                    List.of(command.getCommandSpec().qualifiedName().split(" ")));
            words.add("--help");
            all.add(words.subList(1, words.size()));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("answers")
    void exitStatusSaysThatTheAnswerWasNotWritten(List<String> words) {
        List<String> arguments = new ArrayList<>(words);
        if (!words.isEmpty() && !words.contains("help") && !words.contains("--help") && !words.contains("--version")) {
            arguments.addAll(List.of("--terminal", "simulator:" + folder.resolve("state")));
        }
        StringWriter err = new StringWriter();
        Io io = new Io(
                new Output(ShownWriter.on(new Full(), StandardCharsets.UTF_8)),
                new PrintWriter(err, true),
                name -> null,
                null);

        assertThat(Schsm.run(io, arguments.toArray(String[]::new))).isEqualTo(Status.FAILED);

        assertThat(err.toString())
                .startsWith("schsm: ")
                .contains("could not be written", "No space left on device")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @MethodSource("processes")
    void processSaysItToo(String redirected) throws Exception {
        String command = Path.of(System.getProperty("java.home"), "bin", "java") + " -XX:TieredStopAtLevel=1 -cp '"
                + House.classPath() + "' io.github.schsm.cli.Schsm keys --terminal simulator:"
                + folder.resolve("state");
        Process process = new ProcessBuilder(
                        "/bin/bash", "-c", "set -o pipefail; " + redirected.replace("COMMAND", command))
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();

        int status = process.waitFor();
        assertThat(Files.readString(folder.resolve("err"))).contains("could not be written");
        assertThat(status).isEqualTo(Status.FAILED);
    }

    static Stream<String> processes() {
        return Stream.of(
                "COMMAND > /dev/full",
                "COMMAND >&-",
                // Begins when the reader has closed its end.
                "mkfifo closed; { read -r word <closed; COMMAND; } | { exec <&-; echo word >closed; }");
    }
}
