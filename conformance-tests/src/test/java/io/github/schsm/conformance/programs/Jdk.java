package io.github.schsm.conformance.programs;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A JDK whose tools are tried. */
record Jdk(Path home) {
    static final Path ALL_JAR = Path.of(System.getProperty("schsm.all.jar"));

    /** Those that we were told of. */
    static List<Jdk> all() {
        return Arrays.stream(System.getProperty("schsm.jdks").split(","))
                .map(home -> new Jdk(Path.of(home)))
                .toList();
    }

    String tool(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    @Override
    public String toString() {
        return home.getFileName().toString();
    }
}
