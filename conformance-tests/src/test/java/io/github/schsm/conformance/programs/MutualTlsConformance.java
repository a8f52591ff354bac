// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS by the JDK, which asks for its engines without naming a provider; server and client each have a device's key. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MutualTlsConformance {
    private static final char[] PIN = "648219".toCharArray();
    private static final int MILLISECONDS = 60_000;

    private final Map<String, KeyStore> stores = new HashMap<>();
    private Provider registered;
    private Pki pki;

    /** The configuration for a device that nobody has used; called with 0, 1, 2 and 3. */
    abstract String configuration(int number) throws Exception;

    /** A device for each key, so that there is no choice among them; one provider is registered, last in the list. */
    @BeforeAll
    void makeKeys() throws Exception {
        pki = Pki.create();
        Provider schsm = new SchsmProvider();
        int number = 0;
        for (String name : List.of("RSA server", "RSA client", "EC server", "EC client")) {
            Provider provider = schsm.configure(configuration(number) + "; name = " + name.replace(' ', '-'));
            number++;
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, PIN);
            boolean isRsa = name.startsWith("RSA");
            KeyPairGenerator generator = KeyPairGenerator.getInstance(isRsa ? "RSA" : "EC", provider);
            SchsmKeySpec.Builder spec = SchsmKeySpec.builder("tls");
            generator.initialize(
                    isRsa
                            ? spec.keySize(2048).build()
                            : spec.parameters(new ECGenParameterSpec("secp256r1"))
                                    .build());
            KeyPair pair = generator.generateKeyPair();
            X509Certificate leaf = pki.issue(name, pair.getPublic());
            keyStore.setKeyEntry("tls", pair.getPrivate(), null, pki.chain(leaf));
            stores.put(name, keyStore);
            registered = provider;
        }
        Security.addProvider(registered);
    }

    @AfterAll
    void unregister() {
        stores.clear();
        Security.removeProvider(registered.getName());
    }

    static Stream<Arguments> handshakes() {
        return Stream.of("RSA", "EC")
                .flatMap(server -> Stream.of("RSA", "EC")
                        .flatMap(client -> Stream.of("TLSv1.2", "TLSv1.3")
                                .map(protocol -> Arguments.of(protocol, server, client))));
    }

    private SSLContext context(String name) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(stores.get(name), PIN);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", pki.root());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static SSLSession echo(SSLServerSocket listening) throws IOException {
        try (SSLSocket socket = (SSLSocket) listening.accept()) {
            socket.setSoTimeout(MILLISECONDS);
            int first = socket.getInputStream().read();
            socket.getOutputStream().write(first + 1);
            return socket.getSession();
        }
    }

    @ParameterizedTest(name = "{0}, server {1}, client {2}")
    @MethodSource("handshakes")
    void serverAndClientAuthenticateWithKeysOfDevices(String protocol, String server, String client) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (SSLServerSocket listening = (SSLServerSocket) context(server + " server")
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setSoTimeout(MILLISECONDS);
            listening.setEnabledProtocols(new String[] {protocol});
            listening.setNeedClientAuth(true);
            Future<SSLSession> accepted = thread.submit(() -> echo(listening));
            try (SSLSocket socket = (SSLSocket) context(client + " client")
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                socket.setSoTimeout(MILLISECONDS);
                socket.setEnabledProtocols(new String[] {protocol});
                socket.getOutputStream().write(41);
                assertThat(socket.getInputStream().read()).isEqualTo(42);
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                assertThat(socket.getSession().getPeerPrincipal().getName()).isEqualTo("CN=" + server + " server");
            }
            assertThat(accepted.get(1, TimeUnit.MINUTES).getPeerPrincipal().getName())
                    .isEqualTo("CN=" + client + " client");
        } finally {
            thread.shutdownNow();
        }
    }
}
