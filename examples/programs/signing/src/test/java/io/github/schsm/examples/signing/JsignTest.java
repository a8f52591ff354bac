// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.Map;
import net.jsign.AuthenticodeSigner;
import net.jsign.Signable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What jsign signs is verified by osslsigncode. */
@Recipe(
        program = "jsign",
        version = "7.4",
        verdict = Verdict.CODE,
        how = "`new AuthenticodeSigner(keyStore, alias, pin).withSignatureProvider(provider)`",
        limit = "JDK: brainpool only with Bouncy Castle in front of it, because jsign verifies what it made")
class JsignTest {
    @TempDir
    private Path folder;

    private DeviceWorld world;
    private KeyStore keyStore;
    private Provider provider;

    @BeforeEach
    void makeDevice() throws Exception {
        world = DeviceWorld.in(folder);
        keyStore = world.keyStore();
        provider = world.provider();
    }

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private void verify(Path file) throws Exception {
        assertThat(Command.attempt(
                                folder,
                                Map.of(),
                                "osslsigncode",
                                "verify",
                                "-CAfile",
                                world.rootFile().toString(),
                                "-in",
                                file.toString())
                        .toString())
                .contains("Signature verification: ok")
                .endsWith("status 0");
    }

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(WindowsFile.class)
    void signsFilesOfWindows(WindowsFile kind) throws Exception {
        world.key("code", KeyKind.RSA2048);
        Path file = kind.in(folder);
        String pin = DeviceWorld.PIN;

        // region sign
        try (Signable signable = Signable.of(file.toFile())) {
            new AuthenticodeSigner(keyStore, "code", pin)
                    .withSignatureProvider(provider)
                    .withTimestamping(false)
                    .withProgramName("App")
                    .sign(signable);
        }
        // endregion

        verify(file);
    }

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521"})
    void signsByKeysOfEveryCurve(KeyKind kind) throws Exception {
        world.key("code", kind);
        Path file = WindowsFile.EXECUTABLE.in(folder);

        sign(file);

        verify(file);
    }

    /** jsign verifies what it made, by the first provider of the algorithm; the JDK's has no brainpool. */
    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"BRAINPOOL256", "BRAINPOOL384"})
    void signsByBrainpoolKeysIfBouncyCastleIsInFrontOfTheJdksProviders(KeyKind kind) throws Exception {
        world.key("code", kind);
        Path file = WindowsFile.EXECUTABLE.in(folder);

        assertThatThrownBy(() -> sign(file)).hasStackTraceContaining("Curve not supported");
        Security.insertProviderAt(new BouncyCastleProvider(), 1);
        try {
            sign(file);
        } finally {
            Security.removeProvider("BC");
        }

        verify(file);
    }

    private void sign(Path file) throws Exception {
        try (Signable signable = Signable.of(file.toFile())) {
            new AuthenticodeSigner(keyStore, "code", DeviceWorld.PIN)
                    .withSignatureProvider(provider)
                    .withTimestamping(false)
                    .sign(signable);
        }
    }
}
