// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the documents' commands as they stand, in a folder that has {@code ./schsm} and the simulated devices. */
final class Shell {
    private static final String PIN = "648219";
    private static final String SO_PIN = "3537363231383830";

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>(Map.of("PIN", PIN, "SO_PIN", SO_PIN));

    /** @param folder an empty one */
    Shell(Path folder, Jdk jdk) throws IOException {
        this(folder, jdk, Snippet.HOME.resolve("schsm"));
        Files.createSymbolicLink(folder.resolve("schsm"), Snippet.HOME.resolve("schsm"));
    }

    /**
     * The same with the command as it is on this JVM's class path, without the launcher, which builds it first. Where it
     * computes for seconds, an empty {@code JIT} in the environment lets the JVM compile as it likes.
     */
    static Shell ofClasses(Path folder, Jdk jdk) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path command = Files.writeString(
                folder.resolve("schsm"),
                "#!/bin/sh\nexec '%s' ${JIT--XX:TieredStopAtLevel=1} -XX:+UseSerialGC -Xshare:auto -cp '%s' io.github.schsm.cli.Schsm \"$@\"\n"
                        .formatted(java, System.getProperty("java.class.path")));
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new Shell(folder, jdk, command);
    }

    private Shell(Path folder, Jdk jdk, Path launcher) throws IOException {
        this.folder = folder;
        Path programs = Files.createDirectory(folder.resolve("bin"));
        // On hardware the terminal is the default; here each command needs it.
        Path command = Files.writeString(
                programs.resolve("schsm"),
                "#!/bin/sh\nexec '%s' --terminal 'simulator:%s' --pin-env PIN --yes \"$@\"\n"
                        .formatted(launcher, devices()));
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put(
                "PATH", programs + ":" + jdk.home().resolve("bin") + ":" + System.getenv("PATH") + ":/usr/sbin:/sbin");
    }

    /** Where the simulated devices are kept. */
    Path devices() {
        return folder.resolve("hsm");
    }

    Path folder() {
        return folder;
    }

    Shell with(Map<String, String> more) {
        environment.putAll(more);
        return this;
    }

    /**
     * Runs a snippet; its devices become simulated ones.
     *
     * @param replaced texts and their replacements here, in turn; each must be in the snippet
     */
    Program.Result run(String id, String... replaced) throws IOException, InterruptedException {
        return bash(adapt(Snippet.text(id), replaced));
    }

    /** The same for other text than a snippet's. */
    Program.Result bash(String script) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("script.sh"), "set -e\ncd '" + folder + "'\n" + script);
        return Program.run(List.of("bash", file.toString()), environment);
    }

    String adapt(String text, String... replaced) {
        String adapted = text.replace("/tmp/hsm", devices().toString()).replaceAll("DECC0401(\\d{3})", "ZZSIM000$1");
        for (int i = 0; i < replaced.length; i += 2) {
            if (!adapted.contains(replaced[i])) {
                throw new IllegalArgumentException("not in the snippet: " + replaced[i]);
            }
            adapted = adapted.replace(replaced[i], replaced[i + 1]);
        }
        return adapted;
    }
}
