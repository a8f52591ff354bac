// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples;

import io.github.schsm.SchsmException;
import java.io.PrintWriter;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a demonstration is told: steps, and in each what was checked. A check that fails ends it, because the rest depends
 * on it.
 */
public final class Story {
    private static final String MARGIN = "    ";
    private static final int WIDTH = 94;
    private static final int DEPTH = 16;
    private static final String BOLD = "1";
    private static final String GREEN = "32";
    private static final String RED = "31";

    private final @Nullable PrintWriter out;
    private final boolean colors;
    private final int chapters;
    private final List<Step> steps = new ArrayList<>();

    /** A step and its checks. */
    public static final class Step {
        private final String title;
        private final List<Check> checks = new ArrayList<>();

        private Step(String title) {
            this.title = title;
        }

        /** What it does. */
        public String title() {
            return title;
        }

        /** What was checked so far. */
        public List<Check> checks() {
            return Collections.unmodifiableList(checks);
        }
    }

    /**
     * A check.
     *
     * @param what   what should be true
     * @param passed whether it is
     */
    public record Check(String what, boolean passed) {}

    /** The story cannot go on. */
    static final class EndedException extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        EndedException(String what) {
            super(what);
        }
    }

    /** Something that should be refused. */
    interface Attempt {
        void run() throws Exception;
    }

    /**
     * A story that is not told yet.
     *
     * @param out      where to print it; null to keep the steps only
     * @param colors   whether to print in colors
     * @param chapters how many steps there will be
     */
    public Story(@Nullable PrintWriter out, boolean colors, int chapters) {
        this.out = out;
        this.colors = colors;
        this.chapters = chapters;
    }

    /** The steps so far. */
    public List<Step> steps() {
        return Collections.unmodifiableList(steps);
    }

    /** All checks so far. */
    public List<Check> checks() {
        return steps.stream().flatMap(step -> step.checks.stream()).toList();
    }

    /** Whether every step was told and every check passed. */
    public boolean succeeded() {
        return steps.size() == chapters
                && steps.stream().noneMatch(step -> step.checks.isEmpty())
                && checks().stream().allMatch(Check::passed);
    }

    /** Begins a step: what is done, and why. */
    void step(String title, String... why) {
        steps.add(new Step(title));
        print("");
        print(colored(BOLD, "Step " + steps.size() + " of " + chapters + ": " + title));
        for (String line : why) {
            print(MARGIN + line);
        }
    }

    /** Says what was seen. */
    void say(String line) {
        String bullet = "- ";
        for (String part : wrapped(line)) {
            print(MARGIN + bullet + part);
            bullet = "  ";
        }
    }

    /** Messages of the library are longer than a terminal is wide. */
    private static List<String> wrapped(String line) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (String word : line.split(" ", -1)) {
            if (!part.isEmpty() && part.length() + 1 + word.length() > WIDTH) {
                parts.add(part.toString());
                part.setLength(0);
            }
            part.append(part.isEmpty() ? "" : " ").append(word);
        }
        parts.add(part.toString());
        return parts;
    }

    /** Says what was checked. */
    void check(String what, boolean holds) throws EndedException {
        steps.get(steps.size() - 1).checks.add(new Check(what, holds));
        print(MARGIN + (holds ? colored(GREEN, "[ok]") : colored(RED, "[FAILED]")) + " " + what);
        if (!holds) {
            throw new EndedException(what);
        }
    }

    /** Checks that something is refused, and shows the message. */
    void refused(String what, Class<? extends SchsmException> kind, Attempt attempt) throws EndedException {
        Throwable refusal = null;
        try {
            attempt.run();
        } catch (Exception expected) { // checked below
            refusal = tellingCause(expected);
        }
        if (refusal == null) {
            check(what + ": refused", false);
        } else {
            say("\"" + message(refusal) + "\"");
            check(what + ": refused", kind.isInstance(refusal));
        }
    }

    /** A step broke off. */
    void failed(Throwable error) {
        String message = message(tellingCause(error));
        if (steps.isEmpty()) {
            steps.add(new Step("begin"));
        }
        steps.get(steps.size() - 1).checks.add(new Check(message, false));
        print(MARGIN + colored(RED, "[FAILED]") + " " + message);
    }

    /** How it ended. */
    void end(String moral) {
        long passed = checks().stream().filter(Check::passed).count();
        print("");
        if (succeeded()) {
            print(colored(BOLD + ";" + GREEN, "Done:") + " " + steps.size() + " steps, " + passed
                    + " checks, all passed.");
            print(moral);
        } else {
            Step last = steps.get(steps.size() - 1);
            print(colored(BOLD + ";" + RED, "FAILED") + " in step " + steps.size() + " of " + chapters + " ("
                    + last.title + "): " + passed + " of " + checks().size()
                    + " checks passed, the rest was not done.");
        }
        if (out != null) {
            out.flush();
        }
    }

    void print(String line) {
        if (out != null) {
            out.println(line);
        }
    }

    private String colored(String color, String text) {
        return colors ? "\u001B[" + color + "m" + text + "\u001B[0m" : text;
    }

    /** Engines wrap an exception of the library in the one that the JCA documents. */
    private static Throwable tellingCause(Throwable error) {
        Throwable cause = error;
        for (int i = 0; i < DEPTH && cause != null; i++) {
            if (cause instanceof SchsmException) {
                return cause;
            }
            cause = cause.getCause();
        }
        return error;
    }

    private static String message(Throwable error) {
        return error instanceof SchsmException ? String.valueOf(error.getMessage()) : error.toString();
    }
}
