// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    @TempDir
    Path folder;

    private Bench bench;
    private String pem;

    @BeforeEach
    void certificate() throws IOException {
        bench = new Bench(folder, false);
        pem = bench.file("example-ca.pem");
        try (InputStream in = CertificatesTest.class.getResourceAsStream("example-ca.pem")) {
            Files.write(Path.of(pem), in.readAllBytes());
        }
    }

    @Test
    void certificateOfOthersIsStoredListedAndComesOutAsItWentIn() throws IOException {
        assertThat(bench.on(A, "import-cert", "--label=Example CA", pem).done().out())
                .contains("CN=Example CA");

        assertThat(bench.withoutPinOn(A, "certs").done().out()).contains("Example CA", "X.509", "2126-10-30", "other");
        assertThat(new Bench(folder, true).withoutPinOn(A, "certs").done().list("certificates"))
                .singleElement()
                .satisfies(certificate -> assertThat(certificate)
                        .containsEntry("label", "Example CA")
                        .containsEntry("ofKey", false)
                        .containsEntry("kind", "X.509")
                        .containsEntry("validUntil", "2126-10-30"));
        bench.withoutPinOn(A, "export-cert", "--label=Example CA", "--pem", "--out=" + bench.file("out.pem"))
                .done();
        assertThat(folder.resolve("out.pem")).hasSameTextualContentAs(Path.of(pem));
        bench.withoutPinOn(A, "export-cert", "--label=Example CA", "--out=" + bench.file("out.crt"))
                .done();
        assertThat(bench.on(A, "import-cert", "--label=Copy", bench.file("out.crt"))
                        .done()
                        .out())
                .contains("Copy");
        bench.on(A, "delete", "--yes", "--label=Copy").done();
        assertThat(bench.withoutPinOn(A, "certs").done().out()).doesNotContain("Copy");
    }

    @Test
    void certificateOfAnotherKeyIsNotStoredWithAKey() {
        bench.on(A, "generate", "--label=k").done();

        assertThat(bench.on(A, "import-cert", "--label=k", pem).failed().err()).contains("another key");

        assertThat(bench.withoutPinOn(A, "certs").done().out())
                .contains("request")
                .doesNotContain("X.509");
        assertThat(bench.withoutPinOn(A, "export-cert", "--label=x").failed().err())
                .contains("no certificate \"x\"");
    }
}
