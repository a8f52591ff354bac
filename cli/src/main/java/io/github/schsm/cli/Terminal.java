package io.github.schsm.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Somebody at the process's terminal. What was typed before a question is no answer to it: it is thrown away, so that a
 * line that was meant for something else is neither taken for a PIN nor for a yes.
 */
final class Terminal implements Io.Person {
    private static final List<Path> STTY = List.of(Path.of("/bin/stty"), Path.of("/usr/bin/stty"));
    private static final long MOST_SECONDS = 2;

    private final Console console;

    Terminal(Console console) {
        this.console = console;
    }

    @Override
    public char @Nullable [] secret(String question) {
        forgetTyped();
        return console.readPassword("%s", question);
    }

    @Override
    public @Nullable String line(String question) {
        forgetTyped();
        return console.readLine("%s", question);
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
            while (typed.available() > 0 && typed.read(forgotten) > 0) {
                continue;
            }
        } catch (IOException nothingMore) {
            // Then the question finds it too.
            return;
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
