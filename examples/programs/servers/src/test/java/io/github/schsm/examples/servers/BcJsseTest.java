// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Recipe(
        program = "BC JSSE",
        version = "1.84",
        verdict = Verdict.UNCHANGED,
        how = "`new BouncyCastleJsseProvider()`; for brainpool, `BC` first in the list of providers",
        limit = "bctls 1.84: `new BouncyCastleJsseProvider(bc)` signs with `bc` only, which refuses the device's keys")
@Tag("programs")
class BcJsseTest {
    private static final int MILLISECONDS = 60_000;

    @TempDir
    private static Path folder;

    private static final Provider BC = new BouncyCastleProvider();

    private static DeviceWorld world;

    @BeforeAll
    static void makeKeys() throws Exception {
        world = Keys.in(folder);
        for (KeyKind kind : new KeyKind[] {KeyKind.BRAINPOOL256, KeyKind.BRAINPOOL384}) {
            world.key(Keys.alias(kind), kind);
        }
        // region first
        Security.insertProviderAt(BC, 1);
        // endregion
    }

    @AfterAll
    static void close() throws Exception {
        Security.removeProvider(BC.getName());
        world.close();
    }

    static Stream<Arguments> handshakes() {
        return Stream.of(KeyKind.BRAINPOOL256, KeyKind.BRAINPOOL384, KeyKind.P256, KeyKind.RSA2048)
                .flatMap(kind -> Stream.of("TLSv1.3", "TLSv1.2").map(protocol -> Arguments.of(kind, protocol)));
    }

    private static SSLContext context(BouncyCastleJsseProvider jsse, String alias) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        try (InputStream configuration = Files.newInputStream(Keys.file(world, alias))) {
            keyStore.load(configuration, DeviceWorld.PIN.toCharArray());
        }
        KeyStore trusted = world.trusted();
        // region context
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX", jsse);
        keys.init(keyStore, null);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX", jsse);
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS", jsse);
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        // endregion
        return context;
    }

    private static SSLSession answer(SSLServerSocket listening) throws Exception {
        try (SSLSocket socket = (SSLSocket) listening.accept()) {
            socket.setSoTimeout(MILLISECONDS);
            socket.getOutputStream().write(socket.getInputStream().read() + 1);
            return socket.getSession();
        }
    }

    private static void connect(SSLContext server, SSLContext client, String alias, String protocol) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        String name = world.certificate(alias).getSubjectX500Principal().getName();
        try (SSLServerSocket listening = (SSLServerSocket)
                server.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setSoTimeout(MILLISECONDS);
            listening.setEnabledProtocols(new String[] {protocol});
            listening.setNeedClientAuth(true);
            Future<SSLSession> accepted = thread.submit(() -> answer(listening));
            try (SSLSocket socket = (SSLSocket) client.getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                socket.setSoTimeout(MILLISECONDS);
                socket.getOutputStream().write(41);
                assertThat(socket.getInputStream().read()).isEqualTo(42);
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                assertThat(socket.getSession().getPeerPrincipal().getName()).isEqualTo(name);
            }
            assertThat(accepted.get(1, TimeUnit.MINUTES).getPeerPrincipal().getName())
                    .isEqualTo(name);
        } finally {
            thread.shutdownNow();
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    void serverAndClientKnowEachOther(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        // region provider
        BouncyCastleJsseProvider jsse = new BouncyCastleJsseProvider();
        // endregion
        connect(context(jsse, alias), context(jsse, alias), alias, protocol);
    }

    @Test
    void builtWithOneProviderItAsksNobodyElse() throws Exception {
        String alias = Keys.alias(KeyKind.BRAINPOOL256);
        BouncyCastleJsseProvider fixed = new BouncyCastleJsseProvider(new BouncyCastleProvider());
        BouncyCastleJsseProvider jsse = new BouncyCastleJsseProvider();

        assertThatThrownBy(() -> connect(context(fixed, alias), context(jsse, alias), alias, "TLSv1.3"))
                .isInstanceOf(IOException.class);
    }
}
