// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import io.github.schsm.conformance.docs.RunsSnippets;
import io.github.schsm.conformance.docs.Snippet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zip, unpacked in a folder whose name has a space, and the Java runtime in it, which jlink has made. */
@Tag("dist")
public class ZipTest {
    private static final String ARCHIVE = "/lib/schsm.jsa";

    @TempDir
    private static Path folder;

    private static Path home;

    @BeforeAll
    static void unpack() throws Exception {
        home = Packages.unpacked(Files.createDirectory(folder.resolve("with a space")));
    }

    /** Without anything in the environment. */
    private static Program.Result run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "-i", "PATH=", program.toString()));
        command.addAll(Arrays.asList(arguments));
        return Program.run(command, Map.of());
    }

    private static Path schsm() {
        return home.resolve("bin/schsm");
    }

    @Test
    void runsWithAnEmptyPathAndThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), schsm());

        run(schsm(), "--version").succeeded().says("schsm ");
        run(link, "--version").succeeded().says("schsm ");
    }

    @Test
    @RunsSnippets("docs/install.md#zip")
    void unpacksAndRunsAsTheDocumentSays() throws Exception {
        Path user = Files.createDirectory(folder.resolve("user"));

        Program.run(
                        List.of(
                                "bash",
                                "-ec",
                                Snippet.text("docs/install.md#zip")
                                        .replace(
                                                "schsm-*-linux-*.zip",
                                                Packages.zip().toString())),
                        Map.of("HOME", user.toString()))
                .succeeded();
    }

    @Test
    void keytoolOfTheRuntimeFindsTheProvider() throws Exception {
        String terminal = "simulator:" + folder.resolve("devices");
        List<String> common = List.of(
                "-addprovider",
                "SCHSM",
                "-providerarg",
                "terminal = " + terminal,
                "-keystore",
                "NONE",
                "-storetype",
                "SCHSM",
                "-storepass",
                "648219");
        List<String> generate = new ArrayList<>(List.of(
                "-genkeypair", "-alias", "of jlink", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=jlink"));
        generate.addAll(common);
        List<String> list = new ArrayList<>(List.of("-list"));
        list.addAll(common);
        Path keytool = home.resolve("runtime/bin/keytool");

        run(keytool, generate.toArray(new String[0])).succeeded();

        run(keytool, list.toArray(new String[0])).succeeded().says("of jlink", "PrivateKeyEntry");
        run(schsm(), "--terminal", terminal, "keys").succeeded().says("of jlink");
    }

    @Test
    void listsTheTokensOfAModule() throws Exception {
        SoftHsmFolder tokens = new SoftHsmFolder(Files.createDirectory(folder.resolve("softhsm")));
        tokens.add("In the image");

        Program.run(
                        List.of(
                                schsm().toString(),
                                "--terminal",
                                "pkcs11:" + Libraries.find(Libraries.SOFT_HSM),
                                "devices"),
                        tokens.environment())
                .succeeded()
                .says("In the image")
                .doesNotSay("WARNING");
    }

    /** JNA is loaded and asks; there need be no daemon that answers. */
    @Test
    void asksThePcscDaemon() throws Exception {
        Program.run(schsm().toString(), "--terminal", "pcsc", "devices")
                .doesNotSay("UnsatisfiedLinkError", "NoClassDefFoundError", "class path", "jna", "WARNING")
                .says("PC/SC");
    }

    @Test
    void startsFromTheArchiveOfClasses() throws Exception {
        run(
                        home.resolve("runtime/bin/java"),
                        "-Xlog:class+load",
                        "-XX:SharedArchiveFile=" + home.resolve("lib/schsm.jsa"),
                        "-m",
                        "io.github.schsm.cli/io.github.schsm.cli.Schsm",
                        "--version")
                .succeeded()
                .says("io.github.schsm.cli.Schsm source: shared objects file");
    }

    /** All but the archive of loaded classes: the JVM does not write the same one twice. */
    @Test
    void isTheSameEachTimeItIsBuilt() throws Exception {
        assertThat(entries(Packages.zip())).isEqualTo(entries(Packages.only(Packages.FIRST, ".zip")));
        assertThat(listed(Packages.deb())).isEqualTo(listed(Packages.only(Packages.FIRST, ".deb")));
    }

    private static List<String> entries(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.stream()
                    .filter(entry -> !entry.getName().endsWith(ARCHIVE))
                    .map(entry -> entry.getName() + " " + entry.getCrc() + " " + entry.getTimeLocal())
                    .toList();
        }
    }

    private static List<String> listed(Path deb) throws IOException, InterruptedException {
        return Program.run("dpkg-deb", "-c", deb.toString())
                .succeeded()
                .output()
                .lines()
                .filter(line -> !line.endsWith(ARCHIVE))
                .toList();
    }
}
