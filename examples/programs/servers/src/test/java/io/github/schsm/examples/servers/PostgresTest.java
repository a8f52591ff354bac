// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.github.schsm.provider.SchsmProvider;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Security;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Recipe(
        program = "PostgreSQL JDBC",
        version = "42.7.14",
        verdict = Verdict.CONFIGURATION,
        how = "`sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory` and `-Djavax.net.ssl.keyStoreType=SCHSM`",
        limit =
                "PostgreSQL 15: with TLS 1.2, a client's EC key has to be on the server's `ssl_ecdh_curve` (P-256 unless set)")
@Tag("programs")
class PostgresTest {
    @TempDir
    private static Path folder;

    private static DeviceWorld world;
    private static Path data;

    @BeforeAll
    static void makeKeysAndDatabase() throws Exception {
        try (DeviceWorld made = Keys.in(folder)) {
            world = made;
        }
        data = PostgresServer.create(
                world,
                folder,
                Keys.handshakes()
                        .map(handshake -> Keys.alias((KeyKind) handshake.get()[0]))
                        .distinct()
                        .toArray(String[]::new));
    }

    static Stream<Arguments> handshakes() {
        return Keys.handshakes();
    }

    /** By properties only. */
    @Test
    void knowsTheUserByTheDefaultContext() throws Exception {
        String alias = Keys.alias(KeyKind.P256);
        try (Running database = PostgresServer.start(data, "TLSv1.3", "prime256v1")) {
            // region url
            String ssl = "&sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory";
            // endregion
            String url = PostgresServer.url(database, alias) + ssl;

            assertThat(DefaultContext.run(world, alias, url)).isEqualTo(subject(alias) + " by TLSv1.3");
        }
    }

    /** As the database writes it. */
    private static String subject(String alias) {
        return "/O=Example/CN=" + alias;
    }

    private static String encoded(Path file) {
        return URLEncoder.encode(file.toString(), StandardCharsets.UTF_8);
    }

    /** A URL that says which key it is, as there may be many in one program. */
    private static String url(Running database, String user, String alias) throws Exception {
        Path hsm = world.keyStoreFileOf(alias, "pin = file:" + world.pinFile());
        return PostgresServer.url(database, user) + "&sslmode=verify-full&sslfactory="
                + DeviceSocketFactory.class.getName() + "&sslfactoryarg=" + encoded(hsm) + "&sslrootcert="
                + encoded(world.rootFile());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handshakes")
    void knowsTheUserByAFactory(KeyKind kind, String protocol) throws Exception {
        String alias = Keys.alias(kind);
        String curve = kind == KeyKind.P384 ? "secp384r1" : "prime256v1";
        SchsmProvider schsm = new SchsmProvider();
        Security.addProvider(schsm);
        try (schsm;
                Running database = PostgresServer.start(data, protocol, curve)) {
            assertThat(WhoAmI.database(url(database, alias, alias))).isEqualTo(subject(alias) + " by " + protocol);
        } finally {
            Security.removeProvider(schsm.getName());
        }
    }

    @Test
    void refusesWhoHasAnotherName() throws Exception {
        String user = Keys.alias(KeyKind.P256);
        String alias = Keys.alias(KeyKind.P384);
        SchsmProvider schsm = new SchsmProvider();
        Security.addProvider(schsm);
        try (schsm;
                Running database = PostgresServer.start(data, "TLSv1.3", "prime256v1")) {
            String url = url(database, user, alias);
            assertThatThrownBy(() -> WhoAmI.database(url))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("certificate authentication failed for user \"" + user + "\"");
        } finally {
            Security.removeProvider(schsm.getName());
        }
    }
}
