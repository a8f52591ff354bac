// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code -}: standard input where a command reads a file, standard output where it writes one. Opened for the
 * command that a thread runs, because a file's name alone does not say whose streams those are. A file that really has
 * that name is {@code ./-}.
 */
public final class StandardFile implements AutoCloseable {
    /** How it is named. */
    public static final Path NAME = Path.of("-");

    private static final ThreadLocal<@Nullable StandardFile> CURRENT = new ThreadLocal<>();

    private final Io io;
    private final boolean json;
    private final @Nullable StandardFile before;
    private boolean read;
    private boolean written;

    private StandardFile(Io io, boolean json, @Nullable StandardFile before) {
        this.io = io;
        this.json = json;
        this.before = before;
    }

    /**
     * From now on, {@code -} stands for these streams in this thread, until it is closed.
     *
     * @param json whether the answer is a JSON document, which takes standard output for itself
     */
    public static StandardFile open(Io io, boolean json) {
        StandardFile opened = new StandardFile(io, json, CURRENT.get());
        CURRENT.set(opened);
        return opened;
    }

    /** Whether a file is this one. */
    public static boolean is(@Nullable Path file) {
        return NAME.equals(file);
    }

    /**
     * What a command reads, once.
     *
     * @param what what it should be, for the message
     */
    static InputStream input(String what) throws CliException {
        StandardFile current = current();
        if (current.read) {
            throw new CliException(
                    "the " + what + " cannot be read from standard input: something else was read from it"
                            + " already; give a file in place of one of them");
        }
        current.read = true;
        return new Input(current.io.streams().in());
    }

    /** Refuses to write where the answer goes. */
    static void requireOutput() throws CliException {
        if (current().json) {
            throw new UsageException("standard output takes either the JSON document or the file's content: leave out"
                    + " --json, or give a file with --out");
        }
    }

    /** Refuses what would upset the terminal of a person. */
    static void requireShowable(byte[] content) throws CliException {
        requireOutput();
        StandardFile current = current();
        if (!isText(content) && current.io.streams().outIsTerminal().getAsBoolean()) {
            throw new CliException("standard output is a terminal, and what would be written is not text: redirect it"
                    + " (> FILE) or give a file with --out");
        }
    }

    static void write(byte[] content) throws IOException {
        StandardFile current = CURRENT.get();
        if (current == null) {
            throw new IOException("there is no standard output");
        }
        current.io.out().flush();
        current.written = true;
        OutputStream out = current.io.streams().out();
        out.write(content);
        out.flush();
    }

    /** Where the answer goes: to standard error if the content of a file went to standard output. */
    public PrintWriter answerTo() {
        return written ? io.err() : io.out();
    }

    private static StandardFile current() throws CliException {
        StandardFile current = CURRENT.get();
        if (current == null) {
            throw new CliException("the file - is standard input or output, which is not there: give a file");
        }
        return current;
    }

    private static boolean isText(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.lines()
                    .map(line -> line.replace('\t', ' '))
                    .allMatch(line -> PrintableText.of(line).equals(line));
        } catch (CharacterCodingException binary) {
            return false;
        }
    }

    @Override
    public void close() {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** Closing a file must not close the process's stream. */
    private static final class Input extends InputStream {
        private final InputStream in;

        private Input(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in.read(bytes, offset, length);
        }
    }
}
