// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.params.provider.Arguments;

/** The keys that every server and every client is tried with, all in one device. */
final class Keys {
    private static final List<KeyKind> KINDS = List.of(KeyKind.P256, KeyKind.P384, KeyKind.RSA2048);

    private Keys() {}

    /** A device with the keys behind one on secp256k1; the provider is registered. */
    static DeviceWorld in(Path folder) throws GeneralSecurityException, IOException {
        DeviceWorld world = DeviceWorld.in(folder).register();
        world.key("coins", KeyKind.SECP256K1);
        for (KeyKind kind : KINDS) {
            world.key(alias(kind), kind);
        }
        return world;
    }

    /** The alias of the key of a kind. */
    static String alias(KeyKind kind) {
        return "tls-" + kind.name().toLowerCase(Locale.ROOT);
    }

    /** The configuration with the key of one alias only, in a file. */
    static Path file(DeviceWorld world, String alias) throws IOException {
        return world.keyStoreFileOf(alias);
    }

    /** The keys of such a file, as the JDK's TLS takes them. */
    static KeyManagerFactory managers(Path hsm, char[] pin) throws GeneralSecurityException, IOException {
        // region managers
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        try (InputStream configuration = Files.newInputStream(hsm)) {
            keyStore.load(configuration, pin);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(keyStore, null);
        // endregion
        return keys;
    }

    /** A TLS context of the JDK with the key of one alias. */
    static SSLContext context(DeviceWorld world, String alias) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = managers(file(world, alias), DeviceWorld.PIN.toCharArray());
        TrustManager[] trusted = world.trustManagers();
        // region context
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted, null);
        // endregion
        return context;
    }

    /** Each kind of key with each version of TLS; RSA signs by PSS in both. */
    static Stream<Arguments> handshakes() {
        return KINDS.stream()
                .flatMap(kind -> Stream.of("TLSv1.3", "TLSv1.2").map(protocol -> Arguments.of(kind, protocol)));
    }
}
