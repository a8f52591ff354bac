// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.dist;

import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Debian with next to nothing in it, and no Java, in a folder; commands run in it as its root, in namespaces. */
record BareRoot(Path folder) {
    private static final String ENTER = "mount --rbind /dev \"$0/dev\" && mount -t proc proc \"$0/proc\""
            + " && exec chroot ${USERSPEC:+--userspec=$USERSPEC} \"$0\""
            + " /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \"$@\"";

    /** What dpkg and ldconfig write down for themselves. */
    private static final List<String> BOOKKEEPING =
            List.of("./var/lib/dpkg/", "./var/log/", "./var/cache/", "./dev", "./proc", "./sys", "./tmp");

    static BareRoot unpacked(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Program.run(
                        "tar",
                        "--extract",
                        "--file=" + Packages.BARE_ROOT,
                        "--directory=" + folder,
                        "--exclude=./dev/*",
                        "--exclude=./var/cache/apt/*")
                .succeeded();
        return new BareRoot(folder);
    }

    Program.Result run(String... command) throws IOException, InterruptedException {
        return runAs("", command);
    }

    /** @param user user and group by number, or empty for root */
    Program.Result runAs(String user, String... command) throws IOException, InterruptedException {
        List<String> line = Program.unshare("--mount", "--pid", "--fork", "--kill-child");
        line.addAll(List.of("bash", "-c", ENTER, folder.toString()));
        line.addAll(Arrays.asList(command));
        return Program.run(line, Map.of("USERSPEC", user));
    }

    /** All files, without what package managers write down for themselves. */
    TreeSet<String> files() throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.map(path -> "./" + folder.relativize(path))
                    .filter(path -> BOOKKEEPING.stream().noneMatch(path::startsWith))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
