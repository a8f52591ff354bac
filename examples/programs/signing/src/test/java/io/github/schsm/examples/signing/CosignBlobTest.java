// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Base64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code cosign verify-blob --key cosign.pub --insecure-ignore-tlog} takes, checked here by OpenSSL. */
@Recipe(
        program = "cosign blob signatures",
        version = "JDK 17 and newer",
        verdict = Verdict.CODE,
        how = "`SHA256withECDSA` over the blob, in Base64; the public key in PEM",
        limit = "cosign: its default takes ECDSA P-256 with SHA-256; no log of Sigstore's is asked or written")
class CosignBlobTest {
    @TempDir
    private Path folder;

    @Tag("programs")
    @Test
    void signsABlob() throws Exception {
        Path blob = Files.writeString(folder.resolve("release.tar"), "what is released\n".repeat(1000));
        try (DeviceWorld world = DeviceWorld.in(folder)) {
            world.key("release", KeyKind.P256);
            KeyStore keyStore = world.keyStore();
            Provider provider = world.provider();

            // region sign
            Signature signature = Signature.getInstance("SHA256withECDSA", provider);
            signature.initSign((PrivateKey) keyStore.getKey("release", null));
            try (InputStream in = Files.newInputStream(blob)) {
                byte[] part = new byte[65536];
                for (int n = in.read(part); n > 0; n = in.read(part)) {
                    signature.update(part, 0, n);
                }
            }
            Files.writeString(
                    folder.resolve("release.tar.sig"), Base64.getEncoder().encodeToString(signature.sign()));
            String publicKey = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(
                            keyStore.getCertificate("release").getPublicKey().getEncoded());
            Files.writeString(
                    folder.resolve("cosign.pub"),
                    "-----BEGIN PUBLIC KEY-----\n" + publicKey + "\n-----END PUBLIC KEY-----\n");
            // endregion
        }

        String verify = Command.resource(CosignBlobTest.class, "cosign.sh");
        assertThat(Command.script(folder, verify).output()).contains("Verified OK");
        Files.write(blob, "and more".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
        assertThat(Command.script(folder, verify).toString())
                .contains("Verification failure")
                .endsWith("status 1");
    }
}
