// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.Schsm;
import io.github.schsm.conformance.bench.Jdk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command that lends a device, in a process of its own, which can be killed. */
final class Lender implements AutoCloseable {
    private final Process process;
    private final Path output;

    /** Lends a simulated device that is kept in a folder. */
    Lender(Path folder, String url, String device) throws IOException {
        output = Files.createTempFile(folder, "lender", ".txt");
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Jdk.ownClassPath(),
                        Schsm.class.getName(),
                        "remote",
                        "connect",
                        url,
                        "--terminal=simulator:" + folder.resolve("devices"),
                        "--device=" + device))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    String said() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /** Without a word to anybody. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    }

    /** As Ctrl-C does; returns the exit status. */
    int end() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
