// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.Output;
import io.github.schsm.cli.io.ShownWriter;
import io.github.schsm.cli.io.StandardStreams;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Somebody at the process's terminal. What was typed before a question is no answer to it: it is thrown away, so that a
 * line that was meant for something else is neither taken for a PIN nor for a yes. The launcher switches the echo off, so
 * that a PIN that was typed too early is not seen either; it comes back when the process ends.
 */
public final class Terminal implements Io.Person {
    /** The launcher sets it where it has switched the echo off. */
    public static final String NO_ECHO = "SCHSM_NO_ECHO";

    private static final List<Path> STTY = List.of(Path.of("/bin/stty"), Path.of("/usr/bin/stty"));
    private static final Path SHELL = Path.of("/bin/sh");
    private static final long MOST_SECONDS = 10;

    private static final System.Logger LOG = System.getLogger("io.github.schsm.cli");

    private final Console console;
    private final boolean noEcho;

    /** @param noEcho whether the echo is off already, and to be on again at the end */
    public Terminal(Console console, boolean noEcho) {
        this.console = console;
        this.noEcho = noEcho;
        if (noEcho) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stty("echo"), "schsm-echo"));
        }
    }

    /** The process's own streams and terminal. */
    @SuppressWarnings("SystemConsoleNull") // with that property it is null without a terminal on JDKs after 21, too
    public static Io ofProcess() {
        System.setProperty("jdk.console", "java.base");
        Console console = System.console();
        return new Io(
                stream(FileDescriptor.out, "stdout.encoding"),
                stream(FileDescriptor.err, "stderr.encoding"),
                System::getenv,
                console == null ? null : new Terminal(console, System.getenv(Terminal.NO_ECHO) != null),
                StandardStreams.ofProcess());
    }

    /**
     * The stream itself, because {@code System.out} hides what goes wrong; in the terminal's encoding, that is, the
     * locale's, which JDKs after 17 no longer take for their default.
     */
    private static Output stream(FileDescriptor stream, String property) {
        String encoding = System.getProperty(property, Charset.defaultCharset().name());
        return new Output(ShownWriter.on(new FileOutputStream(stream), Charset.forName(encoding)));
    }

    @Override
    public char @Nullable [] secret(String question) {
        forgetTyped();
        return console.readPassword("%s", question);
    }

    @Override
    public @Nullable String line(String question) {
        forgetTyped();
        if (!noEcho) {
            return console.readLine("%s", question);
        }
        stty("echo");
        try {
            return console.readLine("%s", question);
        } finally {
            stty("-echo");
        }
    }

    /** The other program decides about the echo; what it leaves behind stays. */
    @Override
    public void handOver() {
        if (noEcho) {
            stty("echo");
        }
    }

    @Override
    public void show(char[] text) {
        console.writer().write(text);
        console.flush();
    }

    @Override
    public void clear() {
        console.writer().write(CLEARED);
        console.flush();
    }

    @Override
    public boolean seesErrors() {
        try {
            return new ProcessBuilder(SHELL.toString(), "-c", "test -t 2")
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noShell) {
            return false;
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Reads all that is there already. For a moment the terminal hands out unfinished lines too; a system without
     * {@code stty} keeps what was typed.
     */
    private static void forgetTyped() {
        String state = stty("-g");
        if (state == null || state.isBlank() || stty("-echo", "-icanon", "min", "0", "time", "0") == null) {
            return;
        }
        // Not closed: it is the process's own.
        @SuppressWarnings("resource")
        FileInputStream typed = new FileInputStream(FileDescriptor.in);
        try {
            byte[] forgotten = new byte[256];
            int read = 1;
            while (read > 0 && typed.available() > 0) {
                read = typed.read(forgotten);
            }
        } catch (IOException nothingMore) {
            LOG.log(System.Logger.Level.DEBUG, "what was typed cannot be read", nothingMore);
        } finally {
            stty(state.strip());
        }
    }

    /** What stty answers about this terminal; null if it did not do it. */
    private static @Nullable String stty(String... arguments) {
        for (Path stty : STTY) {
            if (Files.isExecutable(stty)) {
                List<String> command = new ArrayList<>();
                command.add(stty.toString());
                command.addAll(List.of(arguments));
                return answer(command);
            }
        }
        return null;
    }

    private static @Nullable String answer(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            byte[] answer = process.getInputStream().readAllBytes();
            return process.exitValue() == 0 ? new String(answer, StandardCharsets.US_ASCII) : null;
        } catch (IOException notStarted) {
            return null;
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
