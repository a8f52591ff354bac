// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What {@code mvn -Pdist} has built. */
final class Packages {
    private static final Path HOME = Path.of(System.getProperty("schsm.home"));
    private static final Path FOLDER = Path.of(System.getProperty("schsm.dist"));

    /** A Debian with next to nothing in it, as an archive. */
    static final Path BARE_ROOT = HOME.resolve(".build/check/bare-root.tar");

    /** What the same build has made before. */
    static final Path FIRST = HOME.resolve(".build/check/first-packages");

    private Packages() {}

    static Path zip() throws IOException {
        return only(FOLDER, ".zip");
    }

    static Path deb() throws IOException {
        return only(FOLDER, ".deb");
    }

    /** The one file with that ending. */
    static Path only(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(ending)).toList();
            assertThat(found).as(folder + "/*" + ending).hasSize(1);
            return found.get(0);
        }
    }

    /** Unpacks the zip, and gives the folder that is in it. */
    static Path unpacked(Path folder) throws IOException, InterruptedException {
        Program.run("unzip", "-q", zip().toString(), "-d", folder.toString()).succeeded();
        try (Stream<Path> found = Files.list(folder)) {
            return found.findFirst().orElseThrow();
        }
    }
}
