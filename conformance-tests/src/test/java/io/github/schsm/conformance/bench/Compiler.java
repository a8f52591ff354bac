// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The C compiler of this computer. */
public final class Compiler {
    private Compiler() {}

    /**
     * Makes a shared library.
     *
     * @param strings names and values, in turn, that the source finds defined as strings
     */
    public static void library(Path source, Path library, List<String> options, String... strings)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"));
        command.addAll(options);
        for (int i = 0; i < strings.length; i += 2) {
            command.add("-D" + strings[i] + "=\"" + strings[i + 1] + "\"");
        }
        command.addAll(List.of(source.toString(), "-o", library.toString(), "-ldl", "-lpthread"));
        Program.run(command, Map.of()).succeeded();
    }
}
