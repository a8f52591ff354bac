// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
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
 * A server with a device's key, which reads a certificate from its clients: the JDK's client with a key in software gets
 * its own name back. The device's first key is on secp256k1, which no TLS server can use.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerScenario {
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

    /** Starts the server at 127.0.0.1 with the key of this alias; every client needs a certificate of the world's root. */
    abstract Running start(String alias) throws Exception;

    static Stream<Arguments> handshakes() {
        return Keys.handshakes();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    @Tag("programs")
    void servesClientsWithCertificates(KeyKind kind, String protocol) throws Exception {
        serves(kind, protocol);
    }

    final void serves(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        serves(alias, protocol, start(alias));
    }

    /** Asks a server with the key of this alias who we are, and closes it. */
    final void serves(String alias, String protocol, Running started) throws Exception {
        try (Running server = started) {
            SoftwareClient.Answer answer = SoftwareClient.get(world, server.port(), protocol, "client of " + alias);

            assertThat(answer.body()).contains("client of " + alias);
            assertThat(answer.protocol()).isEqualTo(protocol);
            assertThat(answer.server()).isEqualTo(world.certificate(alias));
        }
    }
}
