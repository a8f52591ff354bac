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
import java.nio.file.Path;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Recipe(
        program = "JDK, default TLS context",
        version = "JDK 17 and newer",
        verdict = Verdict.CONFIGURATION,
        how = "`-Djavax.net.ssl.keyStore=hsm.schsm -Djavax.net.ssl.keyStoreType=SCHSM`",
        limit = "the JDK: takes the first EC key whatever its curve (`alias = …` helps), and knows no brainpool curve")
@Tag("programs")
class JdkTlsTest {
    @TempDir
    private Path folder;

    @Test
    void defaultContextHasTheDevicesKey() throws Exception {
        DeviceWorld world = DeviceWorld.in(folder);
        try (world) {
            world.key("coins", KeyKind.SECP256K1);
            world.key("tls", KeyKind.P256);
        }
        try (SoftwareServer server = SoftwareServer.start(world, "TLSv1.3")) {
            assertThat(DefaultContext.run(world, "tls", server.page().toString()))
                    .isEqualTo("CN=tls,O=Example by TLSv1.3");
        }
    }

    /** A client in software and a server with these keys. */
    private static void connect(DeviceWorld world, KeyManagerFactory keys) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), world.trustManagers(), null);
        try (Running server = UndertowTest.start(context)) {
            SoftwareClient.get(world, server.port(), "TLSv1.3", "client");
        }
    }

    private static KeyManagerFactory all(DeviceWorld world) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(world.keyStore(), null);
        return keys;
    }

    @Test
    void firstEcKeyIsTakenWhateverItsCurve() throws Exception {
        try (DeviceWorld world = Keys.in(folder)) {
            assertThatThrownBy(() -> connect(world, all(world))).isInstanceOf(IOException.class);
            connect(world, Keys.managers(Keys.file(world, Keys.alias(KeyKind.P256)), DeviceWorld.PIN.toCharArray()));
        }
    }

    @Test
    void brainpoolIsNotForTheJdk() throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("tls", KeyKind.BRAINPOOL256);
            assertThatThrownBy(() -> connect(world, all(world))).isInstanceOf(IOException.class);
        }
    }
}
