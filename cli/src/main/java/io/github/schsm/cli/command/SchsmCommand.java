// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import io.github.schsm.cli.console.Progress;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** What all commands have in common: they answer once, in words or in JSON. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields of commands before it calls them
public abstract class SchsmCommand implements Callable<Integer> {
    /** The command whose subcommands they are. */
    public interface Root {
        /** What its options say. */
        Context context() throws CliException;

        /** The same without the configuration, which need not be good. */
        Context withoutConfiguration();
    }

    private static final String OUT = "--out";
    private static final String OVERWRITE = "--overwrite";

    @Spec
    private CommandSpec spec;

    private Progress progress;

    /** Does what the command is there for. */
    protected abstract Answer answer(Context context) throws Exception;

    /** Whether the command has written its answer by the time it returns, because it goes on after that. */
    protected boolean answersItself() {
        return false;
    }

    /** Whether the command is there for configurations that cannot be used, too. */
    protected boolean takesAnyConfiguration() {
        return false;
    }

    /** What is going on while the user waits, in a few words; empty where the command tells it itself. */
    protected String work() {
        return "working";
    }

    /** Tells a user who waits how far the work is, in a few words, e.g. {@code 12 of 100 keys}. */
    protected final void at(String state) {
        progress.at(state);
    }

    /** The program and its version, as {@code --version} says it. */
    protected final String version() throws Exception {
        return String.join(" ", spec.root().versionProvider().getVersion());
    }

    /** What {@code --out} cannot take is known before a device is asked for anything, and before a use is counted. */
    private void requireOutput() throws CliException {
        OptionSpec out = spec.findOption(OUT);
        OptionSpec overwrite = spec.findOption(OVERWRITE);
        if (out != null && out.getValue() instanceof Path file) {
            OutputFiles.require(file, overwrite != null && Boolean.TRUE.equals(overwrite.getValue()));
        }
    }

    /** Each secret comes from one place, which is known before anybody is asked for anything. */
    private void requireSources(Context context) throws CliException {
        context.options().pin();
        for (CommandSpec mixin : spec.mixins().values()) {
            if (mixin.userObject() instanceof SecretOptions.Pair pair) {
                pair.secret();
            }
        }
    }

    @Override
    public final Integer call() throws Exception {
        Root root = (Root) spec.root().userObject();
        Context context = takesAnyConfiguration() ? root.withoutConfiguration() : root.context();
        try (StandardFile standard = StandardFile.open(context.io(), context.options().json)) {
            return call(context, standard);
        }
    }

    private int call(Context context, StandardFile standard) throws Exception {
        requireSources(context);
        requireOutput();
        if (answersItself()) {
            return answer(context).status();
        }
        Answer answer;
        progress = Progress.of(context.io(), work(), context.options().json || context.options().quiet);
        try {
            answer = answer(context);
        } finally {
            progress.end();
        }
        PrintWriter out = standard.answerTo();
        if (context.options().json) {
            out.println(Json.text(answer.json()));
        } else {
            answer.text().all().forEach(out::println);
        }
        out.flush();
        return answer.status();
    }
}
