// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A client with a device's key: the JDK's server with a key in software requires a certificate and says whose it was.
 * The device's first key is on secp256k1, which no TLS client can use.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientScenario {
    @TempDir
    private static Path folder;

    private DeviceWorld world;

    @BeforeAll
    void makeKeys() throws Exception {
        world = Keys.in(folder);
    }

    @AfterAll
    void close() throws Exception {
        world.close();
    }

    final DeviceWorld world() {
        return world;
    }

    /** What the server answers to a client with the key of this alias. */
    abstract String get(URI page, String alias) throws Exception;

    static Stream<Arguments> handshakes() {
        return Keys.handshakes();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    @Tag("programs")
    void isKnownByItsCertificate(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        try (SoftwareServer server = SoftwareServer.start(world, protocol)) {
            assertThat(get(server.page(), alias)).isEqualTo("CN=" + alias + ",O=Example by " + protocol);
        }
    }
}
