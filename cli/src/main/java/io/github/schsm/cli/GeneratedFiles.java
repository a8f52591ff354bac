// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import io.github.schsm.cli.command.shell.CommandReference;
import io.github.schsm.cli.command.shell.CompletionCommand;
import io.github.schsm.cli.command.shell.ManPages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Writes what packages and the site come with: manual pages, completions, and the reference. The build runs it. */
public final class GeneratedFiles {
    private static final String MAN = "man";
    private static final String COMPLETION = "completion";
    private static final String REFERENCE = "reference";

    private GeneratedFiles() {}

    /**
     * Writes them.
     *
     * @param arguments the folder, which gets {@code man}, {@code completion}, and {@code reference}
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder.resolve(MAN));
        Files.createDirectories(folder.resolve(COMPLETION));
        Files.createDirectories(folder.resolve(REFERENCE));
        for (Map.Entry<String, String> file : files().entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue(), StandardCharsets.UTF_8);
        }
    }

    /** Their contents by their paths below the folder, the names as shells and man look for them. */
    static Map<String, String> files() {
        CommandSpec root = Schsm.model().getCommandSpec();
        Map<String, String> files = new LinkedHashMap<>();
        ManPages.of(root, Schsm.Version.text()).forEach((name, page) -> files.put(MAN + "/" + name, page));
        files.put(COMPLETION + "/schsm.bash", CompletionCommand.script(root, CompletionCommand.ShellKind.BASH));
        files.put(COMPLETION + "/schsm.zsh", CompletionCommand.script(root, CompletionCommand.ShellKind.ZSH));
        files.put(COMPLETION + "/schsm.fish", CompletionCommand.script(root, CompletionCommand.ShellKind.FISH));
        files.put(REFERENCE + "/commands.md", CommandReference.of(root));
        return files;
    }
}
