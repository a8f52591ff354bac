// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import io.github.schsm.codec.PrintableText;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where everything goes that is shown. The last guard of the terminal: whatever gets here, no character gets out that does
 * something other than being seen, except ends of lines, tabs, and the colours that this command itself switches on. What
 * the terminal's encoding has no character for is written as its number, where Java would write a question mark.
 *
 * <p>It remembers the first thing that went wrong, which a {@code PrintWriter} does not tell.
 */
public final class ShownWriter extends FilterWriter {
    private static final char ESCAPE = '\u001B';

    private final @Nullable CharsetEncoder encoder;
    private final StringBuilder started = new StringBuilder();
    private @Nullable IOException failure;

    private ShownWriter(Writer out, @Nullable CharsetEncoder encoder) {
        super(out);
        this.encoder = encoder;
    }

    public static ShownWriter on(OutputStream stream, Charset encoding) {
        return new ShownWriter(new OutputStreamWriter(stream, encoding), encoding.newEncoder());
    }

    public static ShownWriter on(Writer writer) {
        return new ShownWriter(writer, null);
    }

    /** Whether the encoding has all characters of a text. */
    boolean canShow(String text) {
        synchronized (lock) {
            return encoder == null || encoder.canEncode(text);
        }
    }

    /** The first thing that went wrong; null if all was written. */
    @Nullable
    IOException failure() {
        synchronized (lock) {
            return failure;
        }
    }

    @Override
    public void write(int character) throws IOException {
        write(String.valueOf((char) character), 0, 1);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        write(new String(text, offset, length), 0, length);
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        synchronized (lock) {
            started.append(text, offset, offset + length);
            try {
                pass(false);
            } catch (IOException failed) {
                throw remembered(failed);
            }
        }
    }

    /** Writes what came in; what may go on in the next piece waits for that, unless this was the last. */
    private void pass(boolean last) throws IOException {
        StringBuilder shown = new StringBuilder(started.length());
        int at = 0;
        while (at < started.length()) {
            int character = started.codePointAt(at);
            int colour = character == ESCAPE ? lengthOfColour(at) : 0;
            boolean half = at == started.length() - 1 && Character.isHighSurrogate((char) character);
            if (!last && (half || colour < 0)) {
                break;
            }
            if (colour > 0) {
                shown.append(started, at, at + colour);
                at += colour;
            } else {
                append(shown, character);
                at += Character.charCount(character);
            }
        }
        started.delete(0, at);
        out.write(shown.toString());
    }

    private void append(StringBuilder shown, int character) {
        if (character == '\n' || character == '\r' || character == '\t') {
            shown.append((char) character);
            return;
        }
        String text = PrintableText.of(Character.toString(character));
        if (encoder == null || encoder.canEncode(text)) {
            shown.append(text);
        } else {
            text.chars().forEach(unit -> shown.append(String.format(Locale.ROOT, "\\u%04X", unit)));
        }
    }

    /** How long the sequence is that sets a colour, from an escape character on; 0 if it is none, -1 if it goes on. */
    private int lengthOfColour(int start) {
        int at = start + 1;
        if (at < started.length() && started.charAt(at) != '[') {
            return 0;
        }
        for (at++; at < started.length(); at++) {
            char c = started.charAt(at);
            if (c == 'm') {
                return at + 1 - start;
            }
            if (c != ';' && (c < '0' || c > '9')) {
                return 0;
            }
        }
        return -1;
    }

    @Override
    public void flush() throws IOException {
        synchronized (lock) {
            try {
                pass(true);
                out.flush();
            } catch (IOException failed) {
                throw remembered(failed);
            }
        }
    }

    @Override
    public void close() throws IOException {
        flush();
    }

    private IOException remembered(IOException failed) {
        if (failure == null) {
            failure = failed;
        }
        return failed;
    }
}
