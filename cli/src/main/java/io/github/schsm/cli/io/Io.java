// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the command reads and writes. One place for it, so that tests run the very command in their own process, and so
 * that nothing gets to the terminal but through an {@link Output}.
 *
 * @param out         what was asked for
 * @param err         everything else: errors, and what goes on
 * @param environment value of an environment variable, null if there is none
 * @param person      a person who can be asked; null if there is no terminal
 * @param streams     what the file name {@code -} stands for
 */
public record Io(
        PrintWriter out,
        PrintWriter err,
        Function<String, @Nullable String> environment,
        @Nullable Person person,
        StandardStreams streams) {
    /** Somebody at a terminal. */
    public interface Person {
        /** What terminals understand: cursor home, clear the screen, and what was scrolled out of it. */
        String CLEARED = "\u001B[H\u001B[2J\u001B[3J";

        /** Asks for something that must not be seen; null at the end of input. */
        char @Nullable [] secret(String question);

        /** Asks for a line; null at the end of input. */
        @Nullable
        String line(String question);

        /** Whether standard error is a terminal, too. */
        default boolean seesErrors() {
            return false;
        }

        /**
         * Shows something that nobody but the person may see, on the terminal and nowhere else; it is gone at
         * {@link #clear}.
         *
         * @param text printable ASCII and line ends; the caller's to wipe
         */
        default void show(char[] text) {
            throw new UnsupportedOperationException("nothing can be shown to this person alone");
        }

        /** Makes the terminal as another program expects it that is about to be started there. */
        default void handOver() {}

        /** Removes everything from the screen, and from what can be scrolled back to. */
        default void clear() {
            throw new UnsupportedOperationException("there is no screen that could be cleared");
        }
    }

    /** Puts the guard in front of the streams, and of the questions. */
    public Io {
        out = guarded(out);
        err = guarded(err);
        person = person == null || person instanceof Asked ? person : new Asked(person);
    }

    /** Where nothing can be read from standard input, and no file can be written to standard output. */
    public Io(
            PrintWriter out, PrintWriter err, Function<String, @Nullable String> environment, @Nullable Person person) {
        this(out, err, environment, person, StandardStreams.none());
    }

    private static Output guarded(PrintWriter writer) {
        return writer instanceof Output output ? output : new Output(ShownWriter.on(writer));
    }

    /** Whether the encoding of {@link #out} has all characters of a text; others are shown as their numbers. */
    public boolean canShow(String text) {
        return !(out instanceof Output output) || output.canShow(text);
    }

    /** Why not all of {@link #out} was written; null if it was. */
    @Nullable
    public IOException failure() {
        return out instanceof Output output ? output.failure() : null;
    }

    /** Questions are made of labels and ids, too; and who is asked is not waiting. */
    private static final class Asked implements Person {
        private final Person person;
        private volatile boolean asking;
        private volatile long answered = System.nanoTime();

        private Asked(Person person) {
            this.person = person;
        }

        @Override
        public char @Nullable [] secret(String question) {
            asking = true;
            try {
                return person.secret(PrintableText.of(question));
            } finally {
                answered = System.nanoTime();
                asking = false;
            }
        }

        @Override
        public @Nullable String line(String question) {
            asking = true;
            try {
                return person.line(PrintableText.of(question));
            } finally {
                answered = System.nanoTime();
                asking = false;
            }
        }

        @Override
        public boolean seesErrors() {
            return person.seesErrors();
        }

        @Override
        public void handOver() {
            person.handOver();
        }

        @Override
        public void show(char[] text) {
            for (char c : text) {
                if ((c < ' ' || c > '~') && c != '\n') {
                    throw new IllegalArgumentException("only printable ASCII is shown");
                }
            }
            person.show(text);
        }

        @Override
        public void clear() {
            person.clear();
        }
    }

    /** How long the user at a terminal has waited since the last question, in nanoseconds; 0 while there is one. */
    public long waitedNanos() {
        return person instanceof Asked asked && !asked.asking ? System.nanoTime() - asked.answered : 0;
    }
}
