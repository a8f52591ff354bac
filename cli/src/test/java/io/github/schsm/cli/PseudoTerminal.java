// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.console.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command at a terminal, which util-linux's {@code script} makes. */
final class PseudoTerminal implements AutoCloseable {
    private static final long MOST_MILLIS = 60_000;

    private final Process process;
    private final OutputStream keyboard;
    private final StringWriter seen = new StringWriter();
    private final Thread reader;
    private int read;

    private PseudoTerminal(Process process) {
        this.process = process;
        this.keyboard = process.getOutputStream();
        reader = new Thread(this::look, "screen");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a shell's command line at a terminal of 80 by 24. */
    static PseudoTerminal start(Map<String, String> environment, String commandLine) throws IOException {
        // Where the build runs in the background, Ctrl-C is ignored, and children inherit that.
        ProcessBuilder builder = new ProcessBuilder(
                        "env",
                        "--default-signal=INT,QUIT",
                        "script",
                        "-qec",
                        "stty cols 80 rows 24; " + commandLine,
                        "/dev/null")
                .redirectErrorStream(true);
        builder.environment().put("TERM", "xterm");
        // The same shell for everyone.
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().remove("SCHSM_TEST_PIN");
        builder.environment().remove(Terminal.NO_ECHO);
        builder.environment().putAll(environment);
        return new PseudoTerminal(builder.start());
    }

    private void look() {
        try (InputStream in = process.getInputStream()) {
            byte[] piece = new byte[1024];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                seen.append(new String(piece, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** All that was shown. */
    String seen() {
        return seen.toString();
    }

    /** Waits until a text is shown, behind what was waited for before. */
    void await(String text) throws InterruptedException {
        int at = -1;
        for (long waited = 0; at < 0; waited += 20) {
            at = seen().indexOf(text, read);
            assertThat(waited).as("waiting for \"%s\" in %s", text, seen()).isLessThan(MOST_MILLIS);
            Thread.sleep(20);
        }
        read = at + text.length();
    }

    /** The command lines and environments of all that runs at this terminal, as other processes can read them. */
    String processes() {
        String all = running();
        assertThat(all).contains("io.github.schsm.cli.Schsm");
        return all;
    }

    private String running() {
        StringBuilder all = new StringBuilder();
        for (ProcessHandle each : process.descendants().toList()) {
            for (String file : List.of("cmdline", "environ")) {
                Path path = Path.of("/proc", String.valueOf(each.pid()), file);
                try {
                    all.append(Files.readString(path, StandardCharsets.ISO_8859_1))
                            .append('\n');
                } catch (IOException ended) {
                    // It has ended since it was listed, and nobody can read it any more.
                }
            }
        }
        return all.toString();
    }

    /** Waits until the launcher has switched the echo off and has become the JVM, which asks nothing yet. */
    void awaitLaunch() throws InterruptedException {
        for (long waited = 0; !running().contains(Terminal.NO_ECHO + "="); waited += 5) {
            assertThat(waited).as(seen()).isLessThan(MOST_MILLIS);
            Thread.sleep(5);
        }
    }

    void type(String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    /** Waits for a text, gives the program a moment to read, and types. */
    void answer(String text, String typed) throws IOException, InterruptedException {
        await(text);
        Thread.sleep(100);
        type(typed);
    }

    /** The exit status, when it has ended and all that it showed was seen. */
    int ended() throws InterruptedException {
        assertThat(process.waitFor(MOST_MILLIS, TimeUnit.MILLISECONDS))
                .as(seen())
                .isTrue();
        reader.join(MOST_MILLIS);
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
