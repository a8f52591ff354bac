// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * SoftHSM2 with tokens that are made once for this JVM: it reads the place of its configuration from the environment, and
 * looks for tokens when it is loaded.
 */
final class SoftHsm {
    static final String ONE = "Token one";
    static final String TWO = "Token two";
    /** A token that nobody else uses, for wrong PINs. */
    static final String THREE = "Token three";

    static final String PIN = "648219";

    private static final Path CONFIGURATION = Path.of(System.getenv("SOFTHSM2_CONF"));
    private static final String SO_PIN = "57621880";

    private SoftHsm() {}

    static {
        try {
            Path tokens = CONFIGURATION.resolveSibling("softhsm-tokens");
            erase(tokens);
            Files.createDirectories(tokens);
            Files.write(
                    CONFIGURATION,
                    List.of("directories.tokendir = " + tokens, "objectstore.backend = file", "log.level = ERROR"));
            for (String label : List.of(ONE, TWO, THREE)) {
                make(label);
            }
        } catch (IOException | InterruptedException unusable) {
            throw new ExceptionInInitializerError(unusable);
        }
    }

    private static void erase(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void make(String label) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** The module. */
    static Path module() throws IOException {
        try (Stream<Path> found =
                Files.find(Path.of("/usr/lib"), 4, (path, attributes) -> path.endsWith("libsofthsm2.so"))) {
            return found.sorted()
                    .findFirst()
                    .orElseThrow(() -> new IOException("no libsofthsm2.so under /usr/lib: ./check installs it"));
        }
    }

    /** Runs the command on a token, with its PIN. */
    static Run on(String token, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--device", token, "--pin-env", "PIN"));
        return run(all.toArray(String[]::new));
    }

    /** Runs the command on the module. */
    static Run run(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--terminal", "pkcs11:" + module()));
        return Run.of(Map.of("PIN", PIN, "WRONG_PIN", "111111"), all.toArray(String[]::new));
    }
}
