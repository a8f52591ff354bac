// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {
            "Prints the script that makes bash, zsh, or fish complete schsm's commands, options, and values.",
            "bash: source <(schsm completion bash). zsh: the same, after compinit. fish: schsm completion fish | source."
        },
        footer = {"", "Example:", "  schsm completion bash"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CompletionCommand extends SchsmCommand {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private ShellKind shell;

    /** Shells that a script can be made for. */
    public enum ShellKind {
        /** GNU bash. */
        BASH,
        /** zsh, which understands what bash does. */
        ZSH,
        /** fish. */
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    protected Answer answer(Context context) {
        String script = script(spec.root(), shell);
        return Answer.of(
                new Lines(script.lines().toList()),
                Answer.json("shell", shell).and("script", script).members());
    }

    /** The script for the command and all its subcommands. */
    public static String script(CommandSpec root, ShellKind shell) {
        return switch (shell) {
            case BASH, ZSH -> AutoComplete.bash(root.name(), root.commandLine());
            case FISH -> FishCompletion.script(root);
        };
    }
}
