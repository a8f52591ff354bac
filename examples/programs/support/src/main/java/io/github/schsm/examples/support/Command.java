// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Other programs: without input, in bounded time, with the device's PIN in the environment variable HSM_PIN. */
public final class Command {
    private static final long MINUTES = 5;

    private Command() {}

    /** How a program ended, and all that it said. */
    public record Result(List<String> command, int status, String output) {
        public Result {
            command = List.copyOf(command);
        }

        @Override
        public String toString() {
            return "$ " + String.join(" ", command) + "\n" + output + "\n-> status " + status;
        }
    }

    /** Runs one that has to succeed, and gives what it said. */
    public static String run(Path folder, String... command) throws IOException, InterruptedException {
        Result result = attempt(folder, Map.of(), command);
        if (result.status() != 0) {
            throw new IllegalStateException(result.toString());
        }
        return result.output();
    }

    /** Runs one that may fail. */
    public static Result attempt(Path folder, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("schsm-command", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().putAll(Map.of("LC_ALL", "C", "HSM_PIN", DeviceWorld.PIN));
            builder.environment().putAll(environment);
            Process process = builder.start();
            try {
                boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
                String said = Files.readString(output, StandardCharsets.ISO_8859_1);
                if (!ended) {
                    throw new IllegalStateException(
                            "still runs after " + MINUTES + " minutes: " + List.of(command) + "\n" + said);
                }
                return new Result(List.of(command), process.exitValue(), said);
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
        }
    }

    /**
     * Runs lines of a shell script in a folder. They call the JDK's own tools by their names, and find the provider where
     * they say {@code schsm-all.jar}.
     */
    public static Result script(Path folder, String lines) throws IOException, InterruptedException {
        String tools = Path.of(System.getProperty("java.home"), "bin") + File.pathSeparator + System.getenv("PATH");
        return attempt(
                folder,
                Map.of("PATH", tools, "JAVA_HOME", System.getProperty("java.home"), "SCHSM_ALL_JAR", classPath()),
                "sh",
                "-e",
                "-c",
                lines.replace("schsm-all.jar", "\"$SCHSM_ALL_JAR\""));
    }

    /** Where this program finds its classes: what a program of its own puts {@code schsm-all.jar} on the class path for. */
    public static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** A file beside a test class, as text. */
    public static String resource(Class<?> test, String name) throws IOException {
        try (var in = test.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(test + " has no file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
