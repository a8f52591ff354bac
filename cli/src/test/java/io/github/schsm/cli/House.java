// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The launcher next to a build that is the test's classes. */
public final class House {
    private House() {}

    /** Makes it, and gives the launcher. */
    public static Path in(Path folder) throws IOException {
        Path house = folder.resolve("house");
        Path built = Files.createDirectories(house.resolve(".build/cli"));
        for (String module : List.of(
                "keystore-spi",
                "card",
                "simulator",
                "remote",
                "provider",
                "pkcs11-bridge",
                "admin",
                "examples",
                "cli")) {
            Files.createDirectories(house.resolve(module).resolve("src/main"));
            Files.createFile(house.resolve(module).resolve("pom.xml"));
        }
        Files.copy(Path.of("..", "pom.xml"), house.resolve("pom.xml"));
        Path launcher = house.resolve("schsm");
        Files.copy(Path.of("..", "schsm"), launcher);
        Path tools = Files.createDirectory(house.resolve("tools"));
        Files.copy(Path.of("..", "tools", "terminal.sh"), tools.resolve("terminal.sh"));
        launcher.toFile().setExecutable(true);
        List<String> command = new ArrayList<>(bare());
        // The JDK's own archive: from JDK 25 on the JVM complains of one that is not there.
        command.add(1, "-XX:SharedArchiveFile=" + Path.of(System.getProperty("java.home"), "lib/server/classes.jsa"));
        Files.write(built.resolve("command"), command);
        return launcher;
    }

    /** What the tests run on: this module may be on the module path. */
    static String classPath() {
        return Stream.of("jdk.module.path", "java.class.path")
                .map(System::getProperty)
                .filter(path -> path != null && !path.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A JVM without the launcher. */
    static List<String> bare() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                "io.github.schsm.cli.Schsm");
    }
}
