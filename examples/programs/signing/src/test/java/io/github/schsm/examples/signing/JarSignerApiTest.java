// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.zip.ZipFile;
import jdk.security.jarsigner.JarSigner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "jdk.security.jarsigner",
        version = "JDK 17 and newer",
        verdict = Verdict.UNCHANGED,
        how = "`new JarSigner.Builder(entry)` with the key store's entry",
        limit = "JDK: no brainpool (no exception, and the jar is not signed)")
class JarSignerApiTest {
    @TempDir
    private Path folder;

    private DeviceWorld world;
    private Path signed;

    @BeforeEach
    void makeDevice() throws Exception {
        world = DeviceWorld.in(folder).register();
        signed = folder.resolve("signed.jar");
    }

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    @Test
    void signsByTheEntry() throws Exception {
        world.key("code", KeyKind.P256);
        KeyStore keyStore = world.keyStore();
        Path unsigned = Jars.unsigned(folder.resolve("app.jar"));

        // region sign
        KeyStore.PrivateKeyEntry entry = (KeyStore.PrivateKeyEntry) keyStore.getEntry("code", null);
        JarSigner signer = new JarSigner.Builder(entry).build();
        try (ZipFile jar = new ZipFile(unsigned.toFile());
                OutputStream out = Files.newOutputStream(signed)) {
            signer.sign(jar, out);
        }
        // endregion

        assertThat(Jars.isSignedBy(signed, world.certificate("code"))).isTrue();
    }

    private void sign(KeyKind kind, String algorithm) throws Exception {
        world.key("code", kind);
        KeyStore.PrivateKeyEntry entry =
                (KeyStore.PrivateKeyEntry) world.keyStore().getEntry("code", null);
        JarSigner signer =
                new JarSigner.Builder(entry).signatureAlgorithm(algorithm).build();
        try (ZipFile jar = new ZipFile(Jars.unsigned(folder.resolve("app.jar")).toFile());
                OutputStream out = Files.newOutputStream(signed)) {
            signer.sign(jar, out);
        }
    }

    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "P256, SHA256withECDSA",
        "P384, SHA384withECDSA",
        "P521, SHA512withECDSA",
        "RSA2048, SHA256withRSA",
        "RSA2048, RSASSA-PSS"
    })
    void signs(KeyKind kind, String algorithm) throws Exception {
        sign(kind, algorithm);

        assertThat(Jars.isSignedBy(signed, world.certificate("code"))).isTrue();
    }

    @Tag("programs")
    @Test
    void signsByABrainpoolKeyWhatTheJdkDoesNotVerify() throws Exception {
        sign(KeyKind.BRAINPOOL256, "SHA256withECDSA");

        assertThat(Jars.isSignedBy(signed, world.certificate("code"))).isFalse();
    }
}
