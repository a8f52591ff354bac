// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** SoftHSM2's tokens in a folder, for programs that learn of it by their environment. */
public final class SoftHsmFolder {
    public static final String PIN = "648219";

    private static final String SO_PIN = "57621880";

    private final Path configuration;

    /** Without any token. */
    public SoftHsmFolder(Path folder) throws IOException {
        Path tokens = Files.createDirectories(folder.resolve("tokens"));
        configuration = Files.write(
                folder.resolve("softhsm2.conf"),
                List.of("directories.tokendir = " + tokens, "objectstore.backend = file", "log.level = ERROR"));
    }

    /** What a program has to find in its environment. */
    public Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", configuration.toString());
    }

    /** Makes one more token. */
    public void add(String label) throws IOException, InterruptedException {
        Program.run(
                        List.of(
                                "softhsm2-util",
                                "--init-token",
                                "--free",
                                "--label",
                                label,
                                "--pin",
                                PIN,
                                "--so-pin",
                                SO_PIN),
                        environment())
                .succeeded();
    }
}
