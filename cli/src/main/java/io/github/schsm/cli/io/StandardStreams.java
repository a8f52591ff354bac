// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/**
 * The process's standard input and output as bytes: what the file name {@code -} stands for.
 *
 * @param in            what is read
 * @param out           what is written to, past the guard of {@link Io#out}
 * @param outIsTerminal whether what is written is shown to a person
 */
public record StandardStreams(InputStream in, OutputStream out, BooleanSupplier outIsTerminal) {
    /** Those of this process. Never closed: they are not a command's. */
    public static StandardStreams ofProcess() {
        return new StandardStreams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                StandardStreams::isTerminal);
    }

    /** Whether they are this process's own, so that a program that it starts can have them as they are. */
    public boolean areOfProcess() {
        return in instanceof FileInputStream && out instanceof FileOutputStream;
    }

    /** Where there are none: nothing can be read or written. */
    static StandardStreams none() {
        return new StandardStreams(InputStream.nullInputStream(), new Nowhere(), () -> false);
    }

    @SuppressWarnings("SystemConsoleNull") // without a shell a newer JDK's answer errs to the side of a terminal
    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("/bin/sh", "-c", "test -t 1")
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noShell) {
            return System.console() != null;
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static final class Nowhere extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            throw new IOException("there is no standard output");
        }
    }
}
