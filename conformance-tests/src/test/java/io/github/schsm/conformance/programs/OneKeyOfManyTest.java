// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A TLS server on the JDK's SunX509, which takes the first key of the fitting kind, whatever TLS can do with it; the device
 * has one on secp256k1 first. The key store is a file, as most servers open it.
 */
@Tag("jdk")
class OneKeyOfManyTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final int MILLIS = 60_000;

    private final SchsmProvider registered = new SchsmProvider();
    private SimulatorBench bench;
    private Pki pki;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        KeyStore keyStore = bench.source().keyStore();
        pki = Pki.create();
        for (String[] key : new String[][] {{"bitcoin", "secp256k1"}, {"tls", "secp256r1"}}) {
            KeyPair pair = Group.generateEc(bench.source().provider(), key[0], key[1]);
            pki.certify(keyStore, key[0], pair);
        }
        Security.addProvider(registered);
    }

    @AfterEach
    void close() {
        Security.removeProvider(registered.getName());
        registered.close();
        bench.close();
    }

    private KeyManager[] keyManagers(String alias) throws Exception {
        String text = bench.source().configuration().replace(";", "\n") + "\nalias = " + alias + "\n";
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        keyStore.load(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), PIN);
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("SunX509");
        keyManagers.init(keyStore, PIN);
        return keyManagers.getKeyManagers();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls", "t?s, none"})
    void serverHasTheKeyThatIsShown(String alias) throws Exception {
        SSLContext server = SSLContext.getInstance("TLS");
        server.init(keyManagers(alias), null, null);

        assertThat(peer(server)).isEqualTo("CN=tls");
    }

    @Test
    void itWouldHaveTheOtherOneToChooseFrom() throws Exception {
        assertThat(((X509KeyManager) keyManagers("*")[0]).getServerAliases("EC", null))
                .containsExactlyInAnyOrder("bitcoin", "tls");
        assertThat(((X509KeyManager) keyManagers("tls")[0]).getServerAliases("EC", null))
                .containsExactly("tls");
    }

    /** Who the client finds at the server. */
    private String peer(SSLContext server) throws Exception {
        ExecutorService serving = Executors.newSingleThreadExecutor();
        try (SSLServerSocket listening = (SSLServerSocket)
                server.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Future<?> served = serving.submit(() -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    socket.setSoTimeout(MILLIS);
                    socket.startHandshake();
                    socket.getOutputStream().write(1);
                }
                return null;
            });
            String seen;
            try (SSLSocket socket = (SSLSocket) client().getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                socket.setSoTimeout(MILLIS);
                socket.startHandshake();
                seen = ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName();
                assertThat(socket.getInputStream().read()).isEqualTo(1);
            }
            served.get(MILLIS, TimeUnit.MILLISECONDS);
            return seen;
        } finally {
            serving.shutdownNow();
            assertThat(serving.awaitTermination(MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        }
    }

    private SSLContext client() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", pki.root());
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trustManagers.getTrustManagers(), null);
        return context;
    }
}
