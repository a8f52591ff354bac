// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Recipe(
        program = "Netty",
        version = "4.2.20.Final",
        verdict = Verdict.UNCHANGED,
        how = "servers: `SslContextBuilder.forServer(keyManagerFactory)`; clients: `keyStoreType(\"SCHSM-MEMORY\")`",
        limit = "Netty 4.2.20: `forServer(key, chain)` copies both into a PKCS#12 store, whatever `keyStoreType` says")
class NettyTest extends ServerScenario {
    private static SslContextBuilder server(KeyManagerFactory keys) {
        // region server
        SslContextBuilder tls = SslContextBuilder.forServer(keys).sslProvider(SslProvider.JDK);
        // endregion
        return tls;
    }

    private static SslContextBuilder client(PrivateKey key, X509Certificate... chain) {
        // region client
        SslContextBuilder tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .keyStoreType("SCHSM-MEMORY")
                .keyManager(key, chain);
        // endregion
        return tls;
    }

    @Override
    Running start(String alias) throws Exception {
        KeyManagerFactory keys = Keys.managers(Keys.file(world(), alias), DeviceWorld.PIN.toCharArray());
        SslContext context = server(keys)
                .trustManager(world().rootFile().toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        return NettyServer.start(context);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    @Tag("programs")
    void clientIsKnownByItsCertificate(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        SslContext context = client(world().key(alias), world().chain(alias))
                .trustManager(world().rootFile().toFile())
                .build();
        try (SoftwareServer server = SoftwareServer.start(world(), protocol)) {
            assertThat(NettyClient.get(context, server.page())).isEqualTo("CN=" + alias + ",O=Example by " + protocol);
        }
    }

    @Test
    @Tag("programs")
    void copiesTheKeyOfAServerIntoAStoreOfItsOwnChoice() throws Exception {
        String alias = Keys.alias(KeyKind.P256);
        SslContextBuilder tls = SslContextBuilder.forServer(world().key(alias), world().chain(alias))
                .sslProvider(SslProvider.JDK)
                .keyStoreType("SCHSM-MEMORY");

        assertThatThrownBy(tls::build)
                .isInstanceOf(SSLException.class)
                .rootCause()
                .hasMessageContaining("getFormat()");
    }

    /** With the type of the device's key store, Netty puts the key in under a name of its own. */
    @Test
    @Tag("programs")
    void keyKeepsItsNameWhateverTheTypeOfTheCopy() throws Exception {
        List<String> before = Collections.list(world().keyStore().aliases());
        String alias = Keys.alias(KeyKind.P256);
        SslContextBuilder tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .keyStoreType("SCHSM")
                .keyManager(world().key(alias), world().chain(alias));

        assertThatThrownBy(tls::build)
                .isInstanceOf(SSLException.class)
                .rootCause()
                .hasMessageContaining("SCHSM-MEMORY");
        assertThat(Collections.list(world().keyStore().aliases())).isEqualTo(before);
    }
}
