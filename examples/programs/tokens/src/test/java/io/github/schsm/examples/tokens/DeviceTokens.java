// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A device whose provider is registered at the end of the list, with a key of each kind that a test asks for. */
abstract class DeviceTokens {
    static DeviceWorld world;
    private static DeviceKeys keys;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        keys = DeviceKeys.register(folder);
        world = keys.world();
    }

    @AfterAll
    static void close() throws Exception {
        world.close();
    }

    static PrivateKey key(KeyKind kind) throws GeneralSecurityException {
        return keys.key(kind);
    }

    static PublicKey publicKey(KeyKind kind) throws GeneralSecurityException {
        return keys.publicKey(kind);
    }

    /** Verifies a signed token by software. */
    static boolean verify(String text, PublicKey key) throws JoseException {
        JsonWebSignature token = new JsonWebSignature();
        token.setCompactSerialization(text);
        token.setKey(key);
        return token.verifySignature();
    }

    static void putProviderFirst() {
        Security.removeProvider(world.provider().getName());
        Security.insertProviderAt(world.provider(), 1);
    }

    static void putProviderLast() {
        Security.removeProvider(world.provider().getName());
        Security.addProvider(world.provider());
    }
}
