// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A device whose provider is registered at the end of the list, with a key of each kind that a test asks for. */
abstract class DeviceTokens {
    /** Verifies what the JDK's providers have no curve for. */
    static final BouncyCastleProvider BC = new BouncyCastleProvider();

    static DeviceWorld world;
    static KeyStore keyStore;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        world = DeviceWorld.in(folder).register();
        keyStore = world.keyStore();
    }

    @AfterAll
    static void close() throws Exception {
        world.close();
    }

    /** The key in the device. */
    static PrivateKey key(KeyKind kind) throws GeneralSecurityException {
        String alias = alias(kind);
        return keyStore.containsAlias(alias) ? (PrivateKey) keyStore.getKey(alias, null) : world.key(alias, kind);
    }

    /** Its public key in software, as somebody else has it. */
    static PublicKey publicKey(KeyKind kind) throws GeneralSecurityException {
        key(kind);
        byte[] encoded = keyStore.getCertificate(alias(kind)).getPublicKey().getEncoded();
        return (kind == KeyKind.SECP256K1
                        ? KeyFactory.getInstance(kind.algorithm(), BC)
                        : KeyFactory.getInstance(kind.algorithm(), kind == KeyKind.RSA2048 ? "SunRsaSign" : "SunEC"))
                .generatePublic(new X509EncodedKeySpec(encoded));
    }

    static String alias(KeyKind kind) {
        return "token-" + kind.name();
    }
}
