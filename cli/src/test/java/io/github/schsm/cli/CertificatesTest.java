package io.github.schsm.cli;

import static io.github.schsm.cli.Rack.A;
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

    private Rack rack;
    private String pem;

    @BeforeEach
    void certificate() throws IOException {
        rack = new Rack(folder, false);
        pem = rack.file("example-ca.pem");
        try (InputStream in = CertificatesTest.class.getResourceAsStream("example-ca.pem")) {
            Files.write(Path.of(pem), in.readAllBytes());
        }
    }

    @Test
    void certificateOfOthersIsStoredListedAndComesOutAsItWentIn() throws IOException {
        assertThat(rack.on(A, "import-cert", "--label=Example CA", pem).done().out())
                .contains("CN=Example CA");

        assertThat(rack.withoutPinOn(A, "certs").done().out()).contains("Example CA", "X.509", "2126-10-30", "other");
        assertThat(new Rack(folder, true).withoutPinOn(A, "certs").done().list("certificates"))
                .singleElement()
                .satisfies(certificate -> assertThat(certificate)
                        .containsEntry("label", "Example CA")
                        .containsEntry("ofKey", false)
                        .containsEntry("kind", "X.509")
                        .containsEntry("validUntil", "2126-10-30"));
        rack.withoutPinOn(A, "export-cert", "--label=Example CA", "--pem", "--out=" + rack.file("out.pem"))
                .done();
        assertThat(folder.resolve("out.pem")).hasSameTextualContentAs(Path.of(pem));
        rack.withoutPinOn(A, "export-cert", "--label=Example CA", "--out=" + rack.file("out.crt"))
                .done();
        assertThat(rack.on(A, "import-cert", "--label=Copy", rack.file("out.crt"))
                        .done()
                        .out())
                .contains("Copy");
        rack.on(A, "delete", "--yes", "--label=Copy").done();
        assertThat(rack.withoutPinOn(A, "certs").done().out()).doesNotContain("Copy");
    }

    @Test
    void certificateOfAnotherKeyIsNotStoredWithAKey() {
        rack.on(A, "generate", "--label=k").done();

        assertThat(rack.on(A, "import-cert", "--label=k", pem).failed().err()).contains("another key");

        assertThat(rack.withoutPinOn(A, "certs").done().out())
                .contains("request")
                .doesNotContain("X.509");
        assertThat(rack.withoutPinOn(A, "export-cert", "--label=x").failed().err())
                .contains("no certificate \"x\"");
    }
}
