// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;

/** Signs by PS256 in a JVM of its own, because the JDK reads once which providers are preferred. */
final class SpringEncoderProgram {
    static final String TOKEN = "token.txt";
    static final String PUBLIC_KEY = "public-key.der";

    private SpringEncoderProgram() {}

    /** Writes a token, and the public key to verify it with, to a folder. */
    public static void main(String[] folder) throws Exception {
        Path results = Path.of(folder[0]);
        try (DeviceWorld world = DeviceWorld.in(results).register()) {
            PrivateKey key = world.key("tokens", KeyKind.RSA2048);
            PublicKey publicKey = world.certificate("tokens").getPublicKey();
            Files.write(results.resolve(PUBLIC_KEY), publicKey.getEncoded());
            Files.writeString(
                    results.resolve(TOKEN),
                    SpringSecurityTest.sign(SpringSecurityTest.encoder(key, publicKey), "PS256"));
        }
    }
}
