// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.HttpsAnswer;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "Micronaut",
        version = "4.10.15",
        verdict = Verdict.CONFIGURATION,
        how = "`micronaut.server.ssl.key-store.type: SCHSM`, `path: file:hsm.schsm`",
        limit = "Micronaut's server has no alias: `alias = …` in SCHSM's configuration says which key")
@Tag("programs")
class MicronautTest {
    @TempDir
    Path folder;

    private static EmbeddedServer start(DeviceWorld world) throws Exception {
        Properties settings = new Properties();
        try (Reader text = Files.newBufferedReader(world.settings(MicronautTest.class, "micronaut.properties"))) {
            settings.load(text);
        }
        Map<String, Object> all = new HashMap<>(Map.of("HSM_PIN", DeviceWorld.PIN));
        settings.stringPropertyNames().forEach(name -> all.put(name, settings.getProperty(name)));
        return ApplicationContext.run(EmbeddedServer.class, all);
    }

    @ParameterizedTest
    @CsvSource({"P256, TLSv1.3", "P384, TLSv1.2", "RSA2048, TLSv1.3"})
    void serverHasTheDevicesKey(KeyKind kind, String protocol) throws Exception {
        Path files = Files.createDirectories(folder.resolve("www"));
        Files.writeString(files.resolve("hello.txt"), "hello");
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("another", KeyKind.SECP256K1);
            world.key("tls", kind);
            world.keyStoreFileOf("tls");
            try (EmbeddedServer server = start(world)) {
                HttpsAnswer answer = HttpsAnswer.get(world, server.getURI().resolve("/hello.txt"), protocol);

                assertThat(answer.body()).isEqualTo("hello");
                assertThat(answer.protocol()).isEqualTo(protocol);
                assertThat(answer.certificate()).isEqualTo(world.certificate("tls"));
            }
        }
    }
}
