// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.android.apksig.ApkSigner;
import com.android.apksig.KeyConfig;
import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The library that Android's build uses; what it signs is verified by Debian's apksigner. */
@Recipe(
        program = "apksig",
        version = "9.5.1",
        verdict = Verdict.UNCHANGED,
        how = "`SignerConfig.Builder(name, new KeyConfig.Jca(privateKey), chain)`; the provider registered",
        limit = "apksig: v4 takes a key with one certificate, no chain; Android and JDK: no brainpool")
class ApksigTest {
    @TempDir
    private Path folder;

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    void signsByAllSchemes(KeyKind kind) throws Exception {
        Path app = AndroidPackage.in(folder);
        Path signed = folder.resolve("signed.apk");
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            PrivateKey key = world.keyWithoutChain("code", kind);
            X509Certificate certificate = world.certificate("code");

            // region sign
            ApkSigner.SignerConfig signer =
                    new ApkSigner.SignerConfig.Builder("code", new KeyConfig.Jca(key), List.of(certificate)).build();
            new ApkSigner.Builder(List.of(signer))
                    .setInputApk(app.toFile())
                    .setOutputApk(signed.toFile())
                    .setMinSdkVersion(24)
                    .setV1SigningEnabled(true)
                    .setV2SigningEnabled(true)
                    .setV3SigningEnabled(true)
                    .setV4SigningEnabled(true)
                    .setV4SignatureOutputFile(folder.resolve("signed.apk.idsig").toFile())
                    .build()
                    .sign();
            // endregion
        }

        assertVerifiedByAllSchemes(folder);
    }

    static void assertVerifiedByAllSchemes(Path folder) throws Exception {
        assertThat(Command.script(
                                folder,
                                "apksigner verify --verbose --min-sdk-version 18 --v4-signature-file signed.apk.idsig signed.apk")
                        .toString())
                .contains(
                        "Verified using v1 scheme (JAR signing): true",
                        "Verified using v2 scheme (APK Signature Scheme v2): true",
                        "Verified using v3 scheme (APK Signature Scheme v3): true",
                        "Verified using v4 scheme (APK Signature Scheme v4): true")
                .endsWith("status 0");
    }
}
