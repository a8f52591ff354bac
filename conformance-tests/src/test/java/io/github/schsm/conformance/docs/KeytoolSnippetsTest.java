// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents' keytool commands, with a simulated device and a PIN that nobody is asked for. */
@Tag("jdk")
class KeytoolSnippetsTest {
    private static final String LIST = "contains 0 entries";

    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    private Program.Result list(Jdk jdk, String id, String... replaced) throws IOException, InterruptedException {
        Shell shell = new Shell(folder, jdk);
        String text = shell.adapt(Snippet.text(id), replaced)
                .replace("device = ZZSIM000002", "terminal = simulator:" + shell.devices());
        return shell.bash(text.stripTrailing() + " -storepass 648219").succeeded();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @RunsSnippets("docs/programs.md#keytool-list")
    void readmesCommandListsTheDevice(Jdk jdk) throws Exception {
        list(jdk, "docs/programs.md#keytool-list", "$(./schsm jar)", Jdk.ALL_JAR.toString())
                .says(LIST);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @RunsSnippets("docs/keytool.md#class-path")
    void providerIsFoundOnTheClassPath(Jdk jdk) throws Exception {
        list(jdk, "docs/keytool.md#class-path", "schsm-all.jar", Jdk.ALL_JAR.toString())
                .says(LIST);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @RunsSnippets("docs/keytool.md#provider-path")
    void providerIsFoundByItsPath(Jdk jdk) throws Exception {
        list(jdk, "docs/keytool.md#provider-path", "schsm-all.jar", Jdk.ALL_JAR.toString())
                .says(LIST);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @RunsSnippets("docs/keytool.md#security-properties")
    void providerIsFoundBySecurityProperties(Jdk jdk) throws Exception {
        Path example = Snippet.HOME.resolve("java.security.example");
        Path properties = Files.writeString(
                folder.resolve("java.security"),
                Files.readString(example)
                        .replaceFirst("terminal = pcsc", "terminal = simulator:" + folder.resolve("hsm")));

        list(
                        jdk,
                        "docs/keytool.md#security-properties",
                        "schsm-all.jar",
                        Jdk.ALL_JAR.toString(),
                        "java.security.example",
                        properties.toString())
                .says(LIST);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @RunsSnippets({"docs/key-store-files.md#file", "docs/key-store-files.md#keytool"})
    void fileWithAConfigurationIsRecognized(Jdk jdk) throws Exception {
        Path pin = Files.writeString(folder.resolve("pin"), "648219");
        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                folder.resolve("hsm.schsm"),
                Snippet.text("docs/key-store-files.md#file")
                        .replace("terminal = pcsc", "terminal = simulator:" + folder.resolve("hsm"))
                        .replace("DECC0401002", "ZZSIM000002")
                        .replace("/etc/schsm/pin", pin.toString()));

        list(jdk, "docs/key-store-files.md#keytool", "schsm-all.jar", Jdk.ALL_JAR.toString())
                .says("Keystore type: SCHSM", LIST);
    }
}
