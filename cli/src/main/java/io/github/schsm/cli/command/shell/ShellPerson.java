// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.io.Io;
import java.io.IOError;
import java.io.IOException;
import java.util.Arrays;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/**
 * Who sits at a shell and is asked something by one of its commands. What was typed before a question is no answer to it.
 * JLine reads the terminal ahead, so that the questions have to be read through it; a secret is read here, because JLine
 * makes a String of what it reads.
 */
final class ShellPerson implements Io.Person {
    private static final int LONGEST = 1024;
    private static final long LOOK_MILLIS = 100;
    private static final long TYPED_MILLIS = 20;
    private static final int INTERRUPT = 3;
    private static final int END = 4;
    private static final int BACKSPACE = 8;
    private static final int KILL = 21;
    private static final int DELETE = 127;

    private final Terminal terminal;
    private final Io.@Nullable Person outer;
    private final LineReader lines;
    private volatile boolean refused;

    /** @param outer who is at the terminal without a shell */
    ShellPerson(Terminal terminal, Io.@Nullable Person outer) {
        this.terminal = terminal;
        this.outer = outer;
        this.lines = LineReaderBuilder.builder()
                .terminal(terminal)
                .variable(LineReader.DISABLE_HISTORY, true)
                .variable(LineReader.DISABLE_COMPLETION, true)
                .build();
    }

    @Override
    public char @Nullable [] secret(String question) {
        char[] typed = new char[LONGEST];
        refused = false;
        // Ctrl-C refuses the answer: an interrupt would keep the terminal from being set back.
        Terminal.SignalHandler command = terminal.handle(Terminal.Signal.INT, signal -> refused = true);
        try {
            Attributes before = terminal.enterRawMode();
            try {
                forgetTyped();
                show(question);
                int length = read(typed);
                show(System.lineSeparator());
                return length < 0 ? null : Arrays.copyOf(typed, length);
            } finally {
                terminal.setAttributes(before);
            }
        } catch (IOException | IOError gone) {
            return null;
        } finally {
            Arrays.fill(typed, '\0');
            terminal.handle(Terminal.Signal.INT, command);
        }
    }

    /** Returns how many characters were typed; -1 where the answer is refused. */
    private int read(char[] typed) throws IOException {
        int length = 0;
        while (!refused) {
            int c = terminal.reader().read(LOOK_MILLIS);
            switch (c) {
                case NonBlockingReader.READ_EXPIRED -> {
                    // Nothing typed yet.
                }
                case '\r', '\n' -> {
                    return length;
                }
                case NonBlockingReader.EOF, INTERRUPT, END -> {
                    return -1;
                }
                case BACKSPACE, DELETE -> length = Math.max(0, length - 1);
                case KILL -> length = 0;
                default -> {
                    if (length == typed.length) {
                        return -1;
                    }
                    typed[length++] = (char) c;
                }
            }
        }
        return -1;
    }

    @Override
    public @Nullable String line(String question) {
        try {
            Attributes before = terminal.enterRawMode();
            try {
                forgetTyped();
            } finally {
                terminal.setAttributes(before);
            }
            return lines.readLine(question);
        } catch (UserInterruptException | EndOfFileException refusal) {
            return null;
        } catch (IOException | IOError gone) {
            return null;
        }
    }

    private void forgetTyped() throws IOException {
        int forgotten = terminal.reader().read(LOOK_MILLIS);
        while (forgotten >= 0) {
            forgotten = terminal.reader().read(TYPED_MILLIS);
        }
    }

    @Override
    public void show(char[] text) {
        terminal.writer().write(text);
        terminal.flush();
    }

    @Override
    public void clear() {
        show(CLEARED);
    }

    private void show(String text) {
        terminal.writer().print(text);
        terminal.flush();
    }

    @Override
    public boolean seesErrors() {
        return outer != null && outer.seesErrors();
    }
}
