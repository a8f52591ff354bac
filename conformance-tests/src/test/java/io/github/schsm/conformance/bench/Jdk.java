// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/** A JDK whose tools are tried. */
public record Jdk(Path home) {
    public static final Path ALL_JAR = Path.of(System.getProperty("schsm.all.jar"));

    /** Those that we were told of. */
    public static List<Jdk> all() {
        return Arrays.stream(System.getProperty("schsm.jdks").split(","))
                .map(home -> new Jdk(Path.of(home)))
                .toList();
    }

    /** The one jar, and the programs of these tests. */
    public static String classPath() {
        String classes =
                Jdk.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return classes + ":" + ALL_JAR;
    }

    /** All that the tests themselves run with, for programs that need the command or a module of its own. */
    public static String ownClassPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Its version, e.g. 17. */
    public int feature() throws IOException {
        Properties release = new Properties();
        try (Reader in = Files.newBufferedReader(home.resolve("release"))) {
            release.load(in);
        }
        return Runtime.Version.parse(release.getProperty("JAVA_VERSION").replace("\"", ""))
                .feature();
    }

    public String tool(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    @Override
    public String toString() {
        return home.getFileName().toString();
    }
}
