// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.HttpsAnswer;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@Recipe(
        program = "Spring Boot",
        version = "4.1.2",
        verdict = Verdict.CONFIGURATION,
        how = "`server.ssl.key-store-type=SCHSM`, `server.ssl.key-store=file:hsm.schsm`; or a bundle",
        limit = "`key.alias` is for servers only; for a client, `alias = …` in the file: Spring Boot")
class SpringBootTest {
    @TempDir
    Path folder;

    /** An application that knows nothing of devices. */
    @SpringBootApplication
    @RestController
    static class Application {
        @GetMapping("/")
        String hello(HttpServletRequest request) {
            Object client = request.getAttribute("jakarta.servlet.request.X509Certificate");
            return client instanceof X509Certificate[] chain
                    ? "hello " + chain[0].getSubjectX500Principal().getName()
                    : "hello";
        }
    }

    private static ConfigurableApplicationContext start(DeviceWorld world, String settings, String... more)
            throws Exception {
        world.keyStoreFile();
        String[] arguments = new String[more.length + 4];
        arguments[0] = "--spring.config.location=file:" + world.settings(SpringBootTest.class, settings);
        arguments[1] = "--HSM_PIN=" + DeviceWorld.PIN;
        arguments[2] = "--server.port=0";
        arguments[3] = "--server.address=127.0.0.1";
        System.arraycopy(more, 0, arguments, 4, more.length);
        return SpringApplication.run(Application.class, arguments);
    }

    private static URI address(ConfigurableApplicationContext application) {
        return URI.create("https://127.0.0.1:"
                + ((WebServerApplicationContext) application).getWebServer().getPort() + "/");
    }

    @Test
    void serverHasTheDevicesKey() throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("another", KeyKind.SECP256K1);
            world.key("tls", KeyKind.P256);
            try (ConfigurableApplicationContext application = start(world, "spring-server.properties")) {
                HttpsAnswer answer = HttpsAnswer.get(world, address(application));

                assertThat(answer.body()).isEqualTo("hello");
                assertThat(answer.certificate()).isEqualTo(world.certificate("tls"));
            }
        }
    }

    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "spring-server.properties, P384, TLSv1.3",
        "spring-server.properties, RSA2048, TLSv1.2",
        "spring-bundle.properties, P256, TLSv1.2",
        "spring-bundle.properties, RSA2048, TLSv1.3",
    })
    void serverHasTheDevicesKey(String settings, KeyKind kind, String protocol) throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("tls", kind);
            try (ConfigurableApplicationContext application = start(world, settings)) {
                HttpsAnswer answer = HttpsAnswer.get(world, address(application), protocol);

                assertThat(answer.body()).isEqualTo("hello");
                assertThat(answer.protocol()).isEqualTo(protocol);
                assertThat(answer.certificate()).isEqualTo(world.certificate("tls"));
            }
        }
    }

    @Tag("programs")
    @ParameterizedTest
    @CsvSource({"P256", "RSA2048"})
    void clientHasTheDevicesKey(KeyKind kind) throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("tls", KeyKind.P384);
            world.key("client", kind);
            world.keyStoreFileOf("client");
            world.trustStore();
            try (ConfigurableApplicationContext application = start(world, "spring-mutual.properties")) {
                SslBundles bundles = application.getBean(SslBundles.class);
                // region rest-client
                HttpClient http = HttpClient.newBuilder()
                        .sslContext(bundles.getBundle("client").createSslContext())
                        .build();
                RestClient client = RestClient.builder()
                        .requestFactory(new JdkClientHttpRequestFactory(http))
                        .build();
                // endregion

                assertThat(client.get().uri(address(application)).retrieve().body(String.class))
                        .isEqualTo("hello CN=client,O=Example");
            }
        }
    }
}
