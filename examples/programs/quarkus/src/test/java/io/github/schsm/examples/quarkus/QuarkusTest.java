// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.HttpsAnswer;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Quarkus' own classes read its configuration and say how its server is started, and Vert.x starts it so. An application
 * around it would be built by Quarkus' plugin, and changes nothing of it.
 */
@Recipe(
        program = "Quarkus",
        version = "3.33.2",
        verdict = Verdict.CONFIGURATION,
        how = "`quarkus.http.ssl.certificate.key-store-file-type=SCHSM`, `keystore.type=SCHSM-MEMORY`",
        limit = "Vert.x 4.5, which serves, copies keys; no type in the TLS registry (`quarkus.tls.…`): Quarkus")
@Tag("programs")
class QuarkusTest {
    private static final String TRUST_TYPE = "javax.net.ssl.trustStoreType";

    @TempDir
    Path folder;

    private static HttpServerOptions options(DeviceWorld world) throws IOException {
        Path settings = world.settings(QuarkusTest.class, "quarkus-server.properties");
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addSystemSources()
                .addDiscoveredConverters()
                .withValidateUnknown(false)
                .withMapping(VertxHttpConfig.class)
                .withMapping(VertxHttpBuildTimeConfig.class)
                .withSources(
                        new PropertiesConfigSource(settings.toUri().toURL()),
                        new PropertiesConfigSource(Map.of("HSM_PIN", DeviceWorld.PIN), "environment", 300))
                .build();
        return HttpServerOptionsUtils.createSslOptions(
                config.getConfigMapping(VertxHttpBuildTimeConfig.class),
                config.getConfigMapping(VertxHttpConfig.class),
                LaunchMode.DEVELOPMENT, // the mode that needs no container of beans
                List.of(),
                null);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static HttpServer start(Vertx vertx, HttpServerOptions options) throws Exception {
        return get(vertx.createHttpServer(options)
                .requestHandler(request -> request.response().end("hello"))
                .listen());
    }

    @ParameterizedTest
    @CsvSource({"P256, TLSv1.3", "P384, TLSv1.2", "RSA2048, TLSv1.3"})
    void serverHasTheDevicesKey(KeyKind kind, String protocol) throws Exception {
        String before = Security.getProperty("keystore.type");
        Vertx vertx = Vertx.vertx();
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("another", KeyKind.SECP256K1);
            world.key("tls", kind);
            world.keyStoreFileOf("tls");
            Properties security = new Properties();
            try (Reader text = Files.newBufferedReader(world.settings(QuarkusTest.class, "quarkus.security"))) {
                security.load(text);
            }
            Security.setProperty("keystore.type", security.getProperty("keystore.type"));
            System.setProperty(TRUST_TYPE, "pkcs12");
            HttpServer server = start(vertx, options(world));
            URI address = URI.create("https://127.0.0.1:" + server.actualPort() + "/");

            HttpsAnswer answer = HttpsAnswer.get(world, address, protocol);

            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.protocol()).isEqualTo(protocol);
            assertThat(answer.certificate()).isEqualTo(world.certificate("tls"));
        } finally {
            Security.setProperty("keystore.type", before);
            System.clearProperty(TRUST_TYPE);
            get(vertx.close());
        }
    }

    /** If this fails, Vert.x has learned not to copy, and the security property can go. */
    @Test
    void keysAreCopiedIntoAStoreOfTheDefaultType() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("tls", KeyKind.P256);
            world.keyStoreFileOf("tls");

            assertThatThrownBy(() -> start(vertx, options(world))).rootCause().hasMessageContaining("getFormat()");
        } finally {
            get(vertx.close());
        }
    }
}
