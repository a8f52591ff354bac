// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs other programs: no input, bounded time, everything they say in the message of a failed assertion. */
public final class Program {
    private static final long MINUTES = 10;
    private static final String C1 = "-XX:TieredStopAtLevel=1";

    private Program() {}

    /** What came out. */
    public record Result(List<String> command, int status, String output) {
        public Result {
            command = List.copyOf(command);
        }

        /** Demands status 0. */
        public Result succeeded() {
            assertThat(status).as(toString()).isZero();
            return this;
        }

        /** Demands another status, and that something was said. */
        public Result failed() {
            assertThat(status).as(toString()).isNotZero();
            assertThat(output).as(toString()).isNotBlank();
            return this;
        }

        /** Demands texts in the output. */
        public Result says(CharSequence... texts) {
            assertThat(output).as(toString()).contains(texts);
            return this;
        }

        /** Demands that texts are not in the output. */
        public Result doesNotSay(CharSequence... texts) {
            assertThat(output).as(toString()).doesNotContain(texts);
            return this;
        }

        @Override
        public String toString() {
            return "$ " + String.join(" ", command) + "\n" + output + "\n-> status " + status;
        }
    }

    public static Result run(String... command) throws IOException, InterruptedException {
        return run(List.of(command), Map.of());
    }

    /** The beginning of a command that runs in namespaces of its own, as their root; tests that need it are tagged. */
    public static List<String> unshare(String... namespaces) {
        List<String> command = new ArrayList<>(List.of("unshare"));
        if (!"root".equals(System.getProperty("user.name"))) {
            command.add("--map-root-user");
        }
        command.addAll(List.of(namespaces));
        return command;
    }

    /** A JVM that lives for a second compiles more than it runs: C1 alone takes half of the time. */
    private static List<String> quick(List<String> command) {
        List<String> quick = new ArrayList<>(command);
        String tool = command.get(0);
        if (tool.endsWith("/bin/java")) {
            quick.add(1, C1);
        } else if (tool.endsWith("/bin/keytool") || tool.endsWith("/bin/jarsigner")) {
            quick.add(1, "-J" + C1);
        }
        return quick;
    }

    public static Result run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("schsm-program", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(quick(command))
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("LC_ALL", "C");
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            Process process = builder.start();
            try {
                boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
                String said = Files.readString(output, StandardCharsets.ISO_8859_1);
                assertThat(ended)
                        .as("ends within %d minutes: %s%n%s", MINUTES, command, said)
                        .isTrue();
                return new Result(command, process.exitValue(), said);
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
        }
    }
}
