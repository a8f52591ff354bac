// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.WrappedKeyEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate takes the place of the request by which the device attests a key: that is never lost unnoticed. */
class EndedAttestationTest {
    @TempDir
    private Path folder;

    private Bench bench;
    private Path certificate;
    private Path beside;

    @BeforeEach
    void makeKey() throws IOException {
        bench = new Bench(folder, false);
        bench.on(A, "generate", "--label=k").done();
        Run attested = new Bench(folder, true).withoutPinOn(A, "attest", "k").done();
        certificate = folder.resolve("k.crt");
        beside = folder.resolve("k.crt.attestation");
        Files.write(certificate, AttestTest.certificate((String)
                ((Map<?, ?>) attested.json().get("key")).get("publicKey")));
    }

    private Run verify(Path attestation) {
        return Run.of(Map.of(), "attest", "--in=" + attestation, "--trust=simulator", "--certificate=" + certificate);
    }

    @Test
    void itIsSavedBesideTheCertificateAndSaid() {
        assertThat(bench.on(A, "import-cert", "--label=k", certificate.toString())
                        .done()
                        .out())
                .contains("cannot attest the key anymore", beside.toString());

        assertThat(verify(beside).done().out()).contains("for this key");
        assertThat(bench.withoutPinOn(A, "attest", "k").failed().err()).contains("took its place");
    }

    @Test
    void theJsonAnswerSaysSoToo() {
        assertThat(new Bench(folder, true)
                        .on(A, "import-cert", "--label=k", certificate.toString())
                        .done()
                        .json())
                .containsEntry("attestationEnded", true)
                .containsEntry("attestation", beside.toString());
        assertThat(new Bench(folder, true)
                        .on(A, "import-cert", "--label=k", certificate.toString())
                        .done()
                        .json())
                .as("there is none left to end")
                .containsEntry("attestationEnded", false)
                .containsEntry("attestation", null);
    }

    @Test
    void itIsNotSavedWhereThatIsAskedFor() {
        assertThat(bench.on(A, "import-cert", "--label=k", "--no-attestation", certificate.toString())
                        .done()
                        .out())
                .contains("was not saved");
        assertThat(beside).doesNotExist();
    }

    @Test
    void savingAndNotSavingAtOnceIsRefused() {
        bench.on(A, "import-cert", "--label=k", "--no-attestation", "--attestation=x", certificate.toString())
                .misused();
    }

    @Test
    void whereItCannotBeSavedNothingIsStored() throws IOException {
        Files.writeString(beside, "something else");

        assertThat(bench.on(A, "import-cert", "--label=k", certificate.toString())
                        .failed()
                        .err())
                .contains("is there already", "--attestation", "--no-attestation");

        assertThat(beside).hasContent("something else");
        bench.withoutPinOn(A, "attest", "k").done();
    }

    @Test
    void whatAFirstAttemptSavedIsNoObstacle() throws IOException {
        bench.withoutPinOn(A, "attest", "k", "--out=" + beside).done();

        bench.on(A, "import-cert", "--label=k", certificate.toString()).done();

        verify(beside).done();
    }

    @Test
    void whereTheCertificateIsRefusedNoFileIsLeft() throws IOException {
        Path other = folder.resolve("ca.pem");
        try (InputStream in = EndedAttestationTest.class.getResourceAsStream("example-ca.pem")) {
            Files.write(other, in.readAllBytes());
        }

        assertThat(bench.on(A, "import-cert", "--label=k", other.toString())
                        .failed()
                        .err())
                .contains("another key");

        assertThat(folder.resolve("ca.pem.attestation")).doesNotExist();
        bench.withoutPinOn(A, "attest", "k").done();
    }

    @Test
    void aWrappedKeyWithTheRequestOfAnotherIsNotTaken() throws Exception {
        bench.on(A, "generate", "--label=signer", "--curve=brainpoolP256r1").done();
        bench.on(A, "device-id", "export", "--out=" + bench.file("a.cvc")).done();
        bench.on(
                        A,
                        "kdm",
                        "issue",
                        "-y",
                        "--signer=signer",
                        "--id=" + bench.file("a.cvc"),
                        "--out=" + bench.file("a.kdm"))
                .done();
        bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file("a.kdm"), "--yes")
                .done();
        bench.on(A, "exchange-key", "create", "--slot=0", "--label=exchange").done();
        bench.withoutPinOn(A, "exchange-key", "export", "--label=exchange", "--out=" + bench.file("a.pub"))
                .done();
        bench.on(A, "derive-xkek", "--label=exchange", "--peer=" + bench.file("a.pub"), "--yes")
                .done();
        bench.on(A, "generate", "--label=m", "--slot=0", "--allow=ECDSA,WRAP").done();
        bench.on(A, "wrap", "--label=m", "--out=" + bench.file("m.wky")).done();
        bench.withoutPinOn(A, "export-cert", "--label=k", "--out=" + bench.file("k.cvreq"))
                .done();
        WrappedKeyEntry wrapped = WrappedKeyEntry.parse(bench.content("m.wky"));
        WrappedKeyEntry forged = WrappedKeyEntry.of(
                wrapped.blob(), wrapped.description().orElseThrow(), List.of(Cvc.parse(bench.content("k.cvreq"))));
        Files.write(folder.resolve("forged.wky"), forged.encode());

        assertThat(bench.on(A, "unwrap", bench.file("forged.wky"), "--label=forged")
                        .failed()
                        .err())
                .contains("of another key");

        assertThat(bench.withoutPinOn(A, "keys").done().out()).doesNotContain("forged");
    }
}
