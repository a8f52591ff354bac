// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Starts the user's browser. Not with the address itself: the command line of a process is there for everybody to read. It
 * gets a file in a folder that only its user may read, which leads there.
 */
final class BrowserStart implements AutoCloseable {
    private @Nullable Path folder;

    void open(URI address) throws CliException {
        try {
            Path made = Files.createTempDirectory("schsm-console");
            folder = made;
            Path file = made.resolve("console.html");
            // An address of this program has no character that HTML would read.
            Files.writeString(
                    file,
                    "<!DOCTYPE html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
                            + "<meta http-equiv=\"refresh\" content=\"0; url=" + address
                            + "\"><title>SCHSM console</title>\n");
            start(file);
        } catch (IOException failed) {
            throw new CliException(
                    "the browser could not be started: " + Errors.reason(failed)
                            + "; leave out --open and open the address yourself",
                    failed);
        }
    }

    private static void start(Path file) throws IOException {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        List<String> command = system.startsWith("windows")
                ? List.of(ofWindows("rundll32.exe"), "url.dll,FileProtocolHandler", file.toString())
                : List.of(system.startsWith("mac") ? "open" : "xdg-open", file.toString());
        new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** With its whole path: Windows looks for programs in the current folder, too. */
    private static String ofWindows(String program) {
        String root = System.getenv("SystemRoot");
        return Path.of(root == null ? "C:\\Windows" : root, "System32", program).toString();
    }

    @Override
    public void close() {
        Path made = folder;
        if (made == null) {
            return;
        }
        try {
            Files.deleteIfExists(made.resolve("console.html"));
            Files.deleteIfExists(made);
        } catch (IOException leftBehind) {
            // The address in it was used, or ends with the console.
            return;
        }
    }
}
