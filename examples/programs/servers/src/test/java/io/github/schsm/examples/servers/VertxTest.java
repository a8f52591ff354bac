// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.KeyStoreOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Recipe(
        program = "Vert.x",
        version = "5.2.3",
        verdict = Verdict.CONFIGURATION,
        how = "`KeyStoreOptions` with type `SCHSM` and path `hsm.schsm`, and the security property"
                + " `keystore.type=SCHSM-MEMORY`; or `KeyCertOptions.wrap(keyManagerFactory)`",
        limit = "Vert.x 5.2.3 copies the keys of `KeyStoreOptions` into a store of the JVM's default type")
class VertxTest extends ServerScenario {
    private static HttpServerOptions byFile(Path hsm, String pin) {
        // region file
        KeyCertOptions keys =
                new KeyStoreOptions().setType("SCHSM").setPath(hsm.toString()).setPassword(pin);
        HttpServerOptions options = new HttpServerOptions().setSsl(true).setKeyCertOptions(keys);
        // endregion
        return options;
    }

    private static HttpServerOptions byKeyManagers(KeyManagerFactory keys) {
        // region managers
        HttpServerOptions options = new HttpServerOptions().setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(keys));
        // endregion
        return options;
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    /** By a file, where the JVM was started with the security property. */
    @Override
    Running start(String alias) throws Exception {
        String before = Security.getProperty("keystore.type");
        Security.setProperty("keystore.type", "SCHSM-MEMORY");
        try {
            return start(byFile(Keys.file(world(), alias), DeviceWorld.PIN));
        } finally {
            Security.setProperty("keystore.type", before);
        }
    }

    private Running start(HttpServerOptions options) throws Exception {
        options.setHost("127.0.0.1")
                .setPort(0)
                .setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(new PfxOptions()
                        .setPath(world().trustStore().toString())
                        .setPassword(DeviceWorld.TRUST_PASSWORD));
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer server = vertx.createHttpServer(options).requestHandler(VertxTest::sayWhoYouAre);
            get(server.listen());
            return Running.at(server.actualPort(), () -> get(vertx.close()));
        } catch (ExecutionException failed) {
            get(vertx.close());
            throw failed;
        }
    }

    private static void sayWhoYouAre(HttpServerRequest request) {
        try {
            X509Certificate client =
                    (X509Certificate) request.connection().peerCertificates().get(0);
            request.response().end(client.getSubjectX500Principal().getName());
        } catch (SSLPeerUnverifiedException nobody) {
            request.response().setStatusCode(403).end();
        }
    }

    @Test
    @Tag("programs")
    void servesByKeyManagers() throws Exception {
        String alias = Keys.alias(KeyKind.P256);
        serves(
                alias,
                "TLSv1.3",
                start(byKeyManagers(Keys.managers(Keys.file(world(), alias), DeviceWorld.PIN.toCharArray()))));
    }

    @Test
    @Tag("programs")
    void copiesKeysIntoAStoreOfTheDefaultType() {
        assertThatThrownBy(() -> start(byFile(Keys.file(world(), Keys.alias(KeyKind.P256)), DeviceWorld.PIN)))
                .rootCause()
                .hasMessageContaining("getFormat()");
    }

    /** With the security property, the JDK's own trust store needs its type, too. */
    @Test
    @Tag("programs")
    void trustStoreOfTheJdkIsReadByItsType() throws Exception {
        String before = Security.getProperty("keystore.type");
        Security.setProperty("keystore.type", "SCHSM-MEMORY");
        System.setProperty("javax.net.ssl.trustStoreType", "pkcs12");
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init((KeyStore) null);
            assertThat(((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers())
                    .isNotEmpty();
        } finally {
            System.clearProperty("javax.net.ssl.trustStoreType");
            Security.setProperty("keystore.type", before);
        }
    }
}
