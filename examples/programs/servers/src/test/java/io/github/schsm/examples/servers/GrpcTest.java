// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Recipe(
        program = "gRPC",
        version = "1.85.1",
        verdict = Verdict.UNCHANGED,
        how = "BoringSSL: `SslContextBuilder.forServer(key, chain)`; TLS of the JDK: `forServer(keyManagerFactory)`",
        limit = "gRPC 1.85.1: `TlsServerCredentials.keyManager(…)` takes BoringSSL, which wants to encode the key")
@Tag("programs")
class GrpcTest {
    private static final String HOST = "127.0.0.1";

    private static SslContextBuilder boringServer(PrivateKey key, X509Certificate... chain) {
        // region boring
        SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forServer(key, chain), SslProvider.OPENSSL);
        // endregion
        return tls;
    }

    private static SslContextBuilder jdkServer(KeyManagerFactory keys) {
        // region jdk
        SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK);
        // endregion
        return tls;
    }

    @TempDir
    private static Path folder;

    private static DeviceWorld world;

    @BeforeAll
    static void makeKeys() throws Exception {
        world = Keys.in(folder);
    }

    @AfterAll
    static void close() throws Exception {
        world.close();
    }

    static Stream<Arguments> handshakes() {
        return Keys.handshakes();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    void serverAndClientWithBoringSslKnowEachOther(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        PrivateKey key = world.key(alias);
        X509Certificate[] chain = world.chain(alias);

        assertThat(ask(
                        boringServer(key, chain).protocols(protocol),
                        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.OPENSSL)
                                .keyManager(key, chain)))
                .isEqualTo("hello, CN=" + alias + ",O=Example by " + protocol);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    void serverAndClientWithTheJdkKnowEachOther(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        KeyManagerFactory keys = Keys.managers(Keys.file(world, alias), DeviceWorld.PIN.toCharArray());

        assertThat(ask(
                        jdkServer(keys).protocols(protocol),
                        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                                .keyStoreType("SCHSM-MEMORY")
                                .keyManager(world.key(alias), world.chain(alias))))
                .isEqualTo("hello, CN=" + alias + ",O=Example by " + protocol);
    }

    private static String ask(SslContextBuilder server, SslContextBuilder client) throws Exception {
        return ask(
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sslContext(server.trustManager(world.rootFile().toFile())
                                .clientAuth(ClientAuth.REQUIRE)
                                .build()),
                client.trustManager(world.rootFile().toFile()).build());
    }

    private static String ask(NettyServerBuilder server, SslContext client) throws Exception {
        Server listening = server.addService(Greeting.service()).build().start();
        ManagedChannel channel = NettyChannelBuilder.forAddress(HOST, listening.getPort())
                .sslContext(client)
                .build();
        try {
            return Greeting.ask(channel);
        } finally {
            channel.shutdownNow().awaitTermination(1, TimeUnit.MINUTES);
            listening.shutdownNow().awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    /** Credentials say nothing of the engine: it is BoringSSL where that is there. */
    @Test
    void credentialsWithKeyManagersWantToEncodeTheKey() throws Exception {
        KeyManagerFactory keys =
                Keys.managers(Keys.file(world, Keys.alias(KeyKind.P256)), DeviceWorld.PIN.toCharArray());
        ServerCredentials credentials = TlsServerCredentials.newBuilder()
                .keyManager(keys.getKeyManagers())
                .build();
        SslContext client = GrpcSslContexts.forClient()
                .trustManager(world.rootFile().toFile())
                .build();

        assertThatThrownBy(() -> ask(
                        NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials),
                        client))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("UNAVAILABLE");
    }
}
