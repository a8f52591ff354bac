// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS of each JDK with an RSA key in a device on both sides, wherever the provider stands in the list. */
@Tag("jdk")
class TlsTest {
    private static final String LAST = "99";

    private static Stream<Arguments> handshakes() {
        return Jdk.all().stream()
                .flatMap(jdk -> Stream.of("1", LAST)
                        .flatMap(place -> Stream.of(
                                // Server and client each sign by PSS with SHA-256, which the device pads.
                                Arguments.of(jdk, place, "TLSv1.3", "TLS_AES_128_GCM_SHA256", "{40=2}"),
                                Arguments.of(jdk, place, "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "{40=2}"),
                                // Here the server decrypts the premaster secret instead.
                                Arguments.of(
                                        jdk, place, "TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", "{21=1, 40=1}"))));
    }

    @ParameterizedTest(name = "{3} with {2} on {0}, provider at {1}")
    @MethodSource("handshakes")
    void serverAndClientAuthenticateWithAnRsaKey(
            Jdk jdk, String place, String protocol, String suite, String algorithms) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

        Program.run(
                        List.of(
                                jdk.tool("java"),
                                "-cp",
                                classPath,
                                TlsHandshake.class.getName(),
                                place,
                                protocol,
                                suite),
                        Map.of())
                .succeeded()
                .says("answered 42", protocol + " " + suite, "device " + algorithms);
    }
}
