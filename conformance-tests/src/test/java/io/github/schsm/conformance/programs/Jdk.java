package io.github.schsm.conformance.programs;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/** A JDK whose tools are tried. */
record Jdk(Path home) {
    static final Path ALL_JAR = Path.of(System.getProperty("schsm.all.jar"));

    /** Those that we were told of. */
    static List<Jdk> all() {
        return Arrays.stream(System.getProperty("schsm.jdks").split(","))
                .map(home -> new Jdk(Path.of(home)))
                .toList();
    }

    /** The one jar, and the programs of these tests. */
    static String classPath() {
        String classes =
                Jdk.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return classes + ":" + ALL_JAR;
    }

    /** Its version, e.g. 17. */
    int feature() throws IOException {
        Properties release = new Properties();
        try (Reader in = Files.newBufferedReader(home.resolve("release"))) {
            release.load(in);
        }
        return Runtime.Version.parse(release.getProperty("JAVA_VERSION").replace("\"", ""))
                .feature();
    }

    String tool(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    @Override
    public String toString() {
        return home.getFileName().toString();
    }
}
