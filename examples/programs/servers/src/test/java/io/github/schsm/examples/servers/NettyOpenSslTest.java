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
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Recipe(
        program = "Netty with BoringSSL",
        version = "2.0.84.Final",
        verdict = Verdict.UNCHANGED,
        how = "`SslContextBuilder.forServer(key, chain)`, `forClient().keyManager(key, chain)`",
        limit = "Netty 4.2.20: a `KeyManagerFactory` does not work, because Netty wants the bytes of its keys")
class NettyOpenSslTest extends ServerScenario {
    private static SslContextBuilder server(PrivateKey key, X509Certificate... chain) {
        // region server
        SslContextBuilder tls = SslContextBuilder.forServer(key, chain).sslProvider(SslProvider.OPENSSL);
        // endregion
        return tls;
    }

    @Override
    Running start(String alias) throws Exception {
        OpenSsl.ensureAvailability();
        return start(server(world().key(alias), world().chain(alias)));
    }

    private Running start(SslContextBuilder tls) throws Exception {
        return NettyServer.start(tls.trustManager(world().rootFile().toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    @Tag("programs")
    void clientIsKnownByItsCertificate(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        SslContext context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .keyManager(world().key(alias), world().chain(alias))
                .trustManager(world().rootFile().toFile())
                .build();
        try (SoftwareServer server = SoftwareServer.start(world(), protocol)) {
            assertThat(NettyClient.get(context, server.page())).isEqualTo("CN=" + alias + ",O=Example by " + protocol);
        }
    }

    @Test
    @Tag("programs")
    void wantsToEncodeTheKeysOfAKeyManagerFactory() throws Exception {
        KeyManagerFactory keys =
                Keys.managers(Keys.file(world(), Keys.alias(KeyKind.P256)), DeviceWorld.PIN.toCharArray());
        try (Running server = start(SslContextBuilder.forServer(keys).sslProvider(SslProvider.OPENSSL))) {
            assertThatThrownBy(() -> SoftwareClient.get(world(), server.port(), "TLSv1.3", "client"))
                    .isInstanceOf(IOException.class);
        }
    }
}
