// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands and the program of docs/backup.md. */
@Tag("once")
public class BackupSnippetsTest {
    private static final String PAGE = "docs/backup.md#";

    @TempDir
    private Path folder;

    @Test
    @RunsSnippets({PAGE + "save", PAGE + "prove", PAGE + "restore", PAGE + "xkek", PAGE + "openssl"})
    @Tag("repeated")
    void backupIsMadeProvenAndRestored() throws Exception {
        // Each password is 30 million rounds of MD5.
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0)).with(Map.of("PASSWORD", "custodian", "JIT", ""));

        shell.run(PAGE + "save").succeeded().says("1 of 1 keys", "signed by device ZZSIM000001");
        shell.run(PAGE + "prove").succeeded().says("good: key \"tls\": restored, and does", "compared.");
        shell.run(PAGE + "restore").succeeded().says("key \"tls\": would be written", "key \"tls\": written");
        shell.run(PAGE + "openssl").succeeded().says("Verified OK");
        shell.run(PAGE + "xkek").succeeded().says("NOT saved: key \"group-signer\"", "key \"code-signing\": written");

        shell.bash("schsm sign --device ZZSIM000002 --label tls --out signature tls.backup.zip")
                .succeeded();
        assertThat(folder.resolve("unpacked/keys/001-tls.wky")).isNotEmptyFile();
    }

    @Test
    @RunsSnippets(PAGE + "program")
    void programSavesAndRestores() throws Exception {
        Path source = folder.resolve("Save.java");
        Files.writeString(
                source, """
                import io.github.schsm.admin.backup.*;
                import io.github.schsm.conformance.docs.BackupSnippetsTest;
                import java.nio.file.*;
                import java.security.KeyStore;

                class Save {
                    public static void main(String[] arguments) throws Exception {
                        KeyStore keyStore = BackupSnippetsTest.deviceWithDkek("ZZSIM000001", true);
                        KeyStore otherKeyStore = BackupSnippetsTest.deviceWithDkek("ZZSIM000002", false);
                        %s
                        System.out.println(all + " " + otherKeyStore.containsAlias("tls"));
                    }
                }
                """.formatted(Snippet.text(PAGE + "program").replace("\"device.backup.zip\"", "arguments[0]")));

        Program.run(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                source.toString(),
                                folder.resolve("device.backup.zip").toString()),
                        Map.of())
                .succeeded()
                .says("true true");
        assertThat(folder.resolve("device.backup.zip")).isNotEmptyFile();
    }

    /** A device in memory with a DKEK, and a key if wanted. */
    public static java.security.KeyStore deviceWithDkek(String id, boolean withKey) throws Exception {
        java.security.KeyStore keyStore = java.security.KeyStore.getInstance(
                "SCHSM",
                new io.github.schsm.provider.SchsmProvider().configure("terminal = simulator:memory; device = " + id));
        keyStore.load(null, "648219".toCharArray());
        KeyDomain domain = SchsmDevice.of(keyStore).createDkekDomain(0, 1);
        domain.importShare(new byte[32]);
        if (withKey) {
            Group.generatePair(
                    keyStore.getProvider(),
                    SchsmKeySpec.builder("tls")
                            .parameters(new java.security.spec.ECGenParameterSpec("secp256r1"))
                            .domain(domain)
                            .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                            .build());
        }
        return keyStore;
    }
}
