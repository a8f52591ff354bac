package io.github.schsm.cli.command.demo;

import io.github.schsm.SchsmException;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Errors;
import java.io.PrintWriter;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * A demonstration as it is told: steps, and in each what was checked. A check that fails ends the story, because what
 * follows stands on it.
 */
final class Story {
    private static final String MARGIN = "    ";
    private static final int WIDTH = 94;

    private final @Nullable PrintWriter out;
    private final Ansi ansi;
    private final int chapters;
    private final List<Step> steps = new ArrayList<>();

    /** One step. */
    private static final class Step {
        private final String title;
        private final List<Check> checks = new ArrayList<>();

        private Step(String title) {
            this.title = title;
        }
    }

    private record Check(String what, boolean passed) {}

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
     * @param out      where it is told; null to only keep count
     * @param ansi     whether colours may be used
     * @param chapters how many steps there will be
     */
    Story(@Nullable PrintWriter out, Ansi ansi, int chapters) {
        this.out = out;
        this.ansi = ansi;
        this.chapters = chapters;
    }

    /** Begins a step: what is done, and why. */
    void step(String title, String... why) {
        steps.add(new Step(title));
        print("");
        print(ansi.string("@|bold Step " + steps.size() + " of " + chapters + ": " + title + "|@"));
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
        print(MARGIN + (holds ? ansi.string("@|green [ok]|@ ") : ansi.string("@|red [FAILED]|@ ")) + what);
        if (!holds) {
            throw new EndedException(what);
        }
    }

    /** Checks that something is refused, and shows with which words. */
    void refused(String what, Class<? extends SchsmException> kind, Attempt attempt) throws EndedException {
        Throwable refusal = null;
        try {
            attempt.run();
        } catch (Exception expected) { // whatever it is, it is looked at below
            refusal = Errors.tellingCause(expected);
        }
        if (refusal == null) {
            check(what + ": refused", false);
        } else {
            say("\"" + Errors.message(refusal) + "\"");
            check(what + ": refused", kind.isInstance(refusal));
        }
    }

    /** A step broke off. */
    void failed(Throwable error) {
        String message = Errors.message(error);
        if (steps.isEmpty()) {
            steps.add(new Step("begin"));
        }
        steps.get(steps.size() - 1).checks.add(new Check(message, false));
        print(MARGIN + ansi.string("@|red [FAILED]|@ ") + message);
    }

    private List<Check> checks() {
        return steps.stream().flatMap(step -> step.checks.stream()).toList();
    }

    /** Whether every step was told and every check held. */
    boolean succeeded() {
        return steps.size() == chapters
                && steps.stream().noneMatch(step -> step.checks.isEmpty())
                && checks().stream().allMatch(Check::passed);
    }

    /** How it ended. */
    void end(String moral) {
        long passed = checks().stream().filter(Check::passed).count();
        print("");
        if (succeeded()) {
            print(ansi.string("@|bold,green Done:|@ ") + steps.size() + " steps, " + passed + " checks, all passed.");
            print(moral);
        } else {
            Step last = steps.get(steps.size() - 1);
            print(ansi.string("@|bold,red FAILED|@ ") + "in step " + steps.size() + " of " + chapters + " ("
                    + last.title + "): " + passed + " of " + checks().size()
                    + " checks passed, the rest was not done.");
        }
        if (out != null) {
            out.flush();
        }
    }

    Map<String, @Nullable Object> json() {
        List<Map<String, @Nullable Object>> told = new ArrayList<>();
        for (Step step : steps) {
            told.add(Answer.json("title", step.title)
                    .and(
                            "checks",
                            step.checks.stream()
                                    .map(check -> Answer.json("what", check.what)
                                            .and("passed", check.passed)
                                            .members())
                                    .toList())
                    .members());
        }
        return Answer.json("passed", succeeded())
                .and("checks", checks().size())
                .and("failed", checks().stream().filter(check -> !check.passed).count())
                .and("steps", told)
                .members();
    }

    void print(String line) {
        if (out != null) {
            out.println(line);
        }
    }
}
