// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import io.github.schsm.SchsmException;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.examples.Demo;
import io.github.schsm.examples.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Tells how a signing key moves from one SmartCard-HSM to another, on simulated devices in memory.",
            "Needs nothing and leaves nothing behind; exit status 0 only if every check of every step held."
        },
        footer = {"", "Example:", "  schsm demo"})
public final class DemoCommand extends SchsmCommand {
    @Option(
            names = "--keep",
            paramLabel = "FOLDER",
            description = "Keep the files that the devices exchange, in this folder. Default: they are deleted.")
    private @Nullable Path keep;

    @Override
    protected String work() {
        return "";
    }

    @Override
    protected Answer answer(Context context) throws SchsmException {
        boolean json = context.options().json;
        Story story = new Story(
                json ? null : context.io().out(),
                context.io().person() != null && !context.options().noColor && Ansi.AUTO.enabled(),
                Demo.STEPS);
        Path folder = keep;
        try {
            folder = folder == null
                    ? Files.createTempDirectory(
                            "schsm-demo-" + ProcessHandle.current().pid() + "-")
                    : Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new CliException("no folder for the demo's files: " + Errors.reason(failed), failed);
        }
        try {
            new Demo(story, folder).tell();
        } finally {
            if (keep == null) {
                delete(folder);
            }
        }
        return new Answer(Lines.NONE, json(story), story.succeeded() ? Status.DONE : Status.FAILED);
    }

    private static Map<String, @Nullable Object> json(Story story) {
        List<Map<String, @Nullable Object>> steps = story.steps().stream()
                .map(step -> Answer.json("title", step.title())
                        .and(
                                "checks",
                                step.checks().stream().map(DemoCommand::json).toList())
                        .members())
                .toList();
        return Answer.json("passed", story.succeeded())
                .and("checks", story.checks().size())
                .and(
                        "failed",
                        story.checks().stream().filter(check -> !check.passed()).count())
                .and("steps", steps)
                .members();
    }

    private static Map<String, @Nullable Object> json(Story.Check check) {
        return Answer.json("what", check.what()).and("passed", check.passed()).members();
    }

    private static void delete(Path folder) throws CliException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException failed) {
            throw new CliException("the folder " + folder + " cannot be deleted: " + Errors.reason(failed), failed);
        }
    }
}
