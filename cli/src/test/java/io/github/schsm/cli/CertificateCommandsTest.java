// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.certificate.CertificateBundle;
import io.github.schsm.admin.certificate.CertificateRequest;
import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.cli.io.StandardStreams;
import io.github.schsm.cli.report.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests, certificates, the small CA, and public keys, as commands. */
class CertificateCommandsTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private Bench bench;
    private Bench json;

    @BeforeAll
    static void keys() {
        Bench bench = new Bench(shared, false);
        bench.on(A, "generate", "--label=tls").done();
        bench.on(A, "generate", "--label=other").done();
        bench.on(A, "generate", "--label=rsa", "--type=RSA", "--size=1024").done();
        bench.on(A, "generate", "--label=aes", "--type=AES").done();
    }

    /** The device is the tests' own each; making RSA keys takes long. */
    @BeforeEach
    void copy() throws IOException {
        try (var files = Files.walk(shared)) {
            for (Path from : files.toList()) {
                Path to = folder.resolve(shared.relativize(from).toString());
                if (!Files.exists(to)) {
                    Files.copy(from, to);
                }
            }
        }
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
    }

    /** The answer, which has what its schema says. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> answer(String schema, Run run) throws IOException {
        Path file = Path.of(System.getProperty("schsm.home"), "docs", "schema", schema + ".schema.json");
        Map<String, Object> described = new Run(0, Files.readString(file), "").json();
        Map<String, Object> answer = run.done().json();
        assertThat(answer.keySet()).containsExactlyElementsOf((List<String>) described.get("required"));
        return answer;
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private X509Certificate certificate(String name) throws Exception {
        return CertificateBundle.parse(name, bench.content(name), () -> new char[0])
                .all()
                .get(0);
    }

    @Test
    void requestSaysWhatOptionsAndProfileSay() throws Exception {
        String profile =
                write("p", "subject = CN=profile\nsubjectAltName = DNS:a.example.org\nkeyUsage = keyAgreement");

        Map<String, Object> answer = answer(
                "csr",
                json.on(
                        A,
                        "csr",
                        "--label=tls",
                        "--profile=" + profile,
                        "--subject=CN=option",
                        "--san=DNS:b.example.org",
                        "--san=IP:192.0.2.7",
                        "--extended-key-usage=serverAuth",
                        "--format=DER",
                        "--out=" + bench.file("tls.csr")));

        assertThat(answer)
                .containsEntry("subject", "CN=option")
                .containsEntry("subjectAltNames", List.of("DNS:b.example.org", "IP:192.0.2.7"))
                .containsEntry("keyUsage", List.of("keyAgreement"))
                .containsEntry("extendedKeyUsage", List.of("serverAuth"))
                .containsEntry("algorithm", "SHA256withECDSA");
        CertificateRequest.parse("tls.csr", bench.content("tls.csr")).verify();
    }

    @Test
    void requestGoesToStandardOutputAsText() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Run run = bench.on(
                A,
                new StandardStreams(InputStream.nullInputStream(), out, () -> true),
                "csr",
                "--label=rsa",
                "--subject=CN=r",
                "--algorithm=SHA256withRSAandMGF1",
                "--out=-");

        assertThat(run.status()).as(run.err()).isZero();
        CertificateRequest request = CertificateRequest.parse("out", out.toByteArray());
        request.verify();
        assertThat(request.algorithm()).contains("MGF1");
    }

    @Test
    void whatCannotBeInARequestIsNamed() throws Exception {
        String profile = write("bad.profile", "subject = CN=a\nkeyUsage = signing");

        assertThat(bench.on(A, "csr", "--label=tls", "--profile=" + profile)
                        .failed()
                        .err())
                .contains("bad.profile, line 2", "signing", "digitalSignature");
        assertThat(bench.on(A, "csr", "--label=tls", "--profile=" + bench.file("none"))
                        .failed()
                        .err())
                .contains("no such file");
        assertThat(bench.on(A, "csr", "--label=tls", "--subject=CN=a", "--san=a.org")
                        .misused()
                        .err())
                .contains("--san", "a.org", "DNS:www.example.org");
        assertThat(bench.on(A, "csr", "--label=tls").failed().err()).contains("no name", "CN=www.example.org");
        assertThat(bench.on(A, "csr", "--label=none", "--subject=CN=a").failed().err())
                .contains("no key \"none\"", "tls");
        assertThat(bench.on(A, "csr", "--label=aes", "--subject=CN=a").failed().err())
                .contains("secret key");
        assertThat(folder.resolve("tls.csr")).doesNotExist();
    }

    @Test
    void selfSignedCertificateIsStoredAndTheAttestationSavedFirst() throws Exception {
        String attestation = bench.file("a");
        Map<String, Object> answer = answer(
                "self-sign",
                json.on(
                        A,
                        "self-sign",
                        "--label=tls",
                        "--subject=CN=self",
                        "--days=10",
                        "--attestation=" + attestation,
                        "--out=" + bench.file("self.pem")));

        assertThat(answer)
                .containsEntry("holder", "CN=self")
                .containsEntry("attestationEnded", true)
                .containsEntry("attestation", attestation)
                .containsEntry(
                        "serial",
                        Certificates.serialText(certificate("self.pem").getSerialNumber()));
        Run.of(Map.of(), "attest", "--in=" + attestation, "--trust=simulator").done();
        assertThat(bench.withoutPinOn(A, "certs").done().out()).contains("CN=self");
        assertThat(bench.on(A, "self-sign", "--label=tls", "--subject=CN=again")
                        .failed()
                        .err())
                .contains("has a certificate already, of CN=self", "--replace");
        bench.on(A, "self-sign", "--label=tls", "--subject=CN=again", "--replace")
                .done();
        assertThat(bench.withoutPinOn(A, "certs").done().out()).contains("CN=again");
    }

    @Test
    void selfSignedCertificateIsNotStoredWhereTheAttestationCannotBeSaved() throws Exception {
        String there = write("a", "something else");

        assertThat(bench.on(A, "self-sign", "--label=tls", "--subject=CN=self", "--attestation=" + there)
                        .failed()
                        .err())
                .contains("is there already", "--no-attestation");

        bench.withoutPinOn(A, "attest", "tls").done();
        assertThat(Path.of(there)).hasContent("something else");
    }

    @Test
    void caIssuesRevokesAndLists() throws Exception {
        String ca = "--folder=" + bench.file("ca");
        assertThat(answer("ca-init", json.on(A, "ca", "init", "--label=other", "--subject=CN=Test CA", ca)))
                .containsEntry("holder", "CN=Test CA")
                .containsEntry("attestation", bench.file("ca/ca.attestation"));
        bench.on(A, "csr", "--label=tls", "--subject=CN=www", "--out=" + bench.file("www.csr"))
                .done();

        Map<String, Object> issued = answer(
                "ca-issue",
                json.on(
                        A,
                        "ca",
                        "issue",
                        ca,
                        "--san=DNS:www.example.org",
                        "--days=5",
                        "--serial=0x0A:0B",
                        "--out=" + bench.file("www.pem"),
                        bench.file("www.csr")));

        assertThat((Map<?, ?>) issued.get("certificate")).extracting("serial").isEqualTo("0A0B");
        assertThat(certificate("www.pem").getSerialNumber()).isEqualTo(BigInteger.valueOf(0x0A0B));
        assertThat(bench.on(A, "ca", "issue", ca, "--serial=0A0B", "--out=" + bench.file("x"), bench.file("www.csr"))
                        .failed()
                        .err())
                .contains("0A0B is used already");
        assertThat(bench.withoutPinOn(A, "ca", "revoke", ca, "--serial=0A0B")
                        .failed()
                        .err())
                .contains("--yes");
        assertThat(answer("ca-revoke", json.withoutPinOn(A, "ca", "revoke", ca, "--serial=0A0B", "--yes")))
                .containsEntry("state", "REVOKED")
                .containsEntry("reason", "unspecified");
        assertThat(answer("ca-crl", json.on(A, "ca", "crl", ca, "--out=" + bench.file("ca.crl"))))
                .containsEntry("number", "1")
                .containsEntry("revoked", 1L);
        assertThat(answer("ca-list", json.withoutPinOn("", "ca", "list", ca))).containsEntry("ca", "CN=Test CA");
        assertThat(bench.withoutPinOn("", "ca", "list", ca).done().out())
                .contains("0A0B", "CN=www", "revoked, unspecified");
        bench.withoutPinOn("", "ca", "list", ca, "--serial=a0b", "--out=" + bench.file("again.pem"))
                .done();
        assertThat(folder.resolve("again.pem")).hasSameBinaryContentAs(folder.resolve("www.pem"));
    }

    @Test
    void whatACaCannotDoIsNamed() throws Exception {
        String none = "--folder=" + bench.file("none");
        String csr = write("csr", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThat(bench.on(A, "ca", "issue", none, csr).failed().err()).contains("CERTIFICATE REQUEST is expected");
        assertThat(bench.withoutPinOn("", "ca", "list", none).failed().err())
                .contains("no CA in the folder", "ca init");
        assertThat(bench.withoutPinOn("", "ca", "revoke", none, "--serial=1", "--reason=x")
                        .misused()
                        .err())
                .contains("keyCompromise");
        assertThat(bench.withoutPinOn("", "ca", "list", none, "--serial=xyz")
                        .misused()
                        .err())
                .contains("--serial xyz", "hexadecimal digits");
        assertThat(bench.on(A, "ca", "init", "--label=tls", "--subject=CN=a", "--folder=" + folder)
                        .failed()
                        .err())
                .contains("is not empty");
        assertThat(bench.on(A, "ca", "init", "--label=tls", "--folder=" + bench.file("ca"))
                        .failed()
                        .err())
                .contains("no subject");
        assertThat(folder.resolve("ca")).doesNotExist();
    }

    @Test
    void certificatesGoToTheKeysThatTheyBelongTo() throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String label : List.of("tls", "rsa")) {
            String request = bench.file(label + ".csr");
            bench.on(A, "csr", "--label=" + label, "--subject=CN=" + label, "--out=" + request)
                    .done();
        }
        String ca = "--folder=" + bench.file("ca");
        bench.on(A, "ca", "init", "--label=other", "--subject=CN=Test CA", ca).done();
        for (String label : List.of("tls", "rsa")) {
            for (String days : List.of("20", "10")) {
                String file = bench.file(label + days);
                bench.on(A, "ca", "issue", ca, "--days=" + days, "--out=" + file, bench.file(label + ".csr"))
                        .done();
                all.writeBytes(Files.readAllBytes(Path.of(file)));
            }
        }
        all.writeBytes(bench.content("ca/ca.pem"));
        Path bundle = Files.write(folder.resolve("all.pem"), all.toByteArray());

        Run run = json.on(A, "import-cert", bundle.toString()).done();

        List<Map<String, Object>> stored = run.list("stored");
        assertThat(stored.stream().map(one -> one.get("label"))).containsExactlyInAnyOrder("tls", "rsa", "other");
        assertThat(stored)
                .filteredOn(one -> !one.get("label").equals("other"))
                .allSatisfy(one -> assertThat(one)
                        .containsEntry("certificates", 2L)
                        .containsEntry("attestationEnded", true)
                        .containsEntry("attestation", bundle + "." + one.get("label") + ".attestation"));
        assertThat(run.json()).containsEntry("leftOut", 2L);
        bench.withoutPinOn(A, "export-cert", "--label=tls", "--pem", "--out=" + bench.file("stored.pem"))
                .done();
        assertThat(certificate("stored.pem")).isEqualTo(certificate("tls20"));
        assertThat(bench.on(A, "import-cert", "--attestation=" + bench.file("x"), bundle.toString())
                        .failed()
                        .err())
                .contains("--attestation names one file", "3 keys");
    }

    @Test
    void certificateFromStandardInputNeedsANameForTheAttestation() throws Exception {
        bench.on(A, "csr", "--label=tls", "--subject=CN=tls", "--out=" + bench.file("tls.csr"))
                .done();
        String ca = "--folder=" + bench.file("ca");
        bench.on(A, "ca", "init", "--label=other", "--subject=CN=Test CA", ca).done();
        bench.on(A, "ca", "issue", ca, "--out=" + bench.file("tls.pem"), bench.file("tls.csr"))
                .done();
        byte[] pem = bench.content("tls.pem");

        Run refused = bench.on(A, in(pem), "import-cert", "-");
        Run stored = bench.on(A, in(pem), "import-cert", "--attestation=" + bench.file("saved"), "-");

        assertThat(refused.failed().err()).contains("standard input", "--attestation", "--no-attestation");
        assertThat(stored.done().out()).contains("CN=tls", bench.file("saved"));
        Run.of(Map.of(), "attest", "--in=" + bench.file("saved"), "--trust=simulator")
                .done();
    }

    private static StandardStreams in(byte[] content) {
        return new StandardStreams(new ByteArrayInputStream(content), OutputStream.nullOutputStream(), () -> false);
    }

    @Test
    void certificateOfNoKeyIsRefusedWithoutALabel() throws Exception {
        Path pem = folder.resolve("ca.pem");
        try (var in = CertificateCommandsTest.class.getResourceAsStream("example-ca.pem")) {
            Files.write(pem, in.readAllBytes());
        }

        assertThat(bench.on(A, "import-cert", pem.toString()).failed().err())
                .contains("no key on device " + A, "--label");
    }

    @Test
    void publicKeyIsWrittenInTheFormatsOfOthers() throws Exception {
        for (String format : List.of("PEM", "DER", "SSH", "JWK", "CVC")) {
            String file = bench.file(format);
            assertThat(answer(
                            "public-key",
                            json.withoutPinOn(A, "public-key", "--label=tls", "--format=" + format, "--out=" + file)))
                    .containsEntry("format", format);
            bench.on(A, "sign", "--label=tls", "--out=" + bench.file("sig"), "--overwrite", file)
                    .done();
            // Each is read again as the key that signed it.
            bench.withoutPinOn("", "verify", "--key=" + file, "--signature=" + bench.file("sig"), file)
                    .done();
        }
        assertThat(Files.readString(folder.resolve("SSH"))).endsWith(" tls\n");
        Run.of(Map.of(), "attest", "--in=" + bench.file("CVC"), "--trust=simulator")
                .done();
        bench.on(A, "generate", "--label=brain", "--curve=brainpoolP256r1").done();
        assertThat(bench.withoutPinOn(A, "public-key", "--label=brain", "--format=JWK")
                        .failed()
                        .err())
                .contains("brainpoolP256r1", "registered");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tls NONEwithECDSA",
                "tls SHA256withECDSA",
                "tls SHA384withECDSAinP1363Format",
                "tls SHA3-256withECDSA",
                "rsa NONEwithRSA",
                "rsa SHA1withRSA",
                "rsa SHA384withRSA",
                "rsa SHA3-256withRSA",
                "rsa SHA256withRSAandMGF1",
                "rsa SHA3-256withRSAandMGF1"
            })
    void signatureIsGoodForItsFileAndBadForAnother(String keyAndAlgorithm) throws Exception {
        String[] words = keyAndAlgorithm.split(" ", -1);
        String data = write("data", "short text of 32 bytes, not hash");
        String other = write("other", "short text of 32 bytes, no hash!");
        bench.on(A, "sign", "--label=" + words[0], "--algorithm=" + words[1], "--out=" + data + ".sig", data)
                .done();

        String[] verify = {
            "verify", "--label=" + words[0], "--algorithm=" + words[1], "--signature=" + data + ".sig", data
        };
        assertThat(answer("verify", json.withoutPinOn(A, verify))).containsEntry("good", true);
        verify[4] = other;
        Run bad = bench.withoutPinOn(A, verify);
        assertThat(bad.status()).isEqualTo(Status.FAILED);
        assertThat(bad.out()).contains("BAD signature");
        assertThat(bad.err()).isEmpty();
    }

    @Test
    void signatureInTheOtherFormIsGoodTooAndWhatIsNoneIsBad() throws Exception {
        String data = write("data", "signed");
        String signature = "--signature=" + bench.file("sig");
        bench.on(
                        A,
                        "sign",
                        "--label=tls",
                        "--algorithm=SHA256withECDSAinP1363Format",
                        "--out=" + bench.file("sig"),
                        data)
                .done();

        bench.withoutPinOn(A, "verify", "--label=tls", signature, data).done();
        for (String none : List.of("", "no signature", "0".repeat(64), "\0".repeat(64))) {
            write("sig", none);
            assertThat(bench.withoutPinOn(A, "verify", "--label=tls", signature, data)
                            .status())
                    .isEqualTo(Status.FAILED);
        }
        assertThat(bench.withoutPinOn(A, "verify", "--label=tls", "--algorithm=SHA256withRSA", signature, data)
                        .failed()
                        .err())
                .contains("SHA256withRSA", "SHA256withECDSA");
        bench.withoutPinOn(A, "verify", data).misused();
        bench.withoutPinOn(A, "verify", "--label=tls", "--key=x", data).misused();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RSA/ECB/PKCS1Padding",
                "RSA/ECB/OAEPPadding",
                "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
                "RSA/ECB/OAEPWithSHA3-256AndMGF1Padding"
            })
    void whatWasEncryptedIsDecryptedOnTheDevice(String algorithm) throws Exception {
        String plain = write("secret", "a secret");
        assertThat(answer(
                        "encrypt",
                        json.withoutPinOn(
                                A,
                                "encrypt",
                                "--label=rsa",
                                "--algorithm=" + algorithm,
                                "--out=" + bench.file("enc"),
                                plain)))
                .containsEntry("size", 128L);

        bench.on(
                        A,
                        "decrypt",
                        "--label=rsa",
                        "--algorithm=" + algorithm,
                        "--out=" + bench.file("plain"),
                        bench.file("enc"))
                .done();

        assertThat(folder.resolve("plain")).hasContent("a secret");
    }

    @Test
    void whatIsTooLongToEncryptIsRefusedWithTheLimit() throws Exception {
        String plain = write("secret", "x".repeat(63));

        assertThat(bench.withoutPinOn(A, "encrypt", "--label=rsa", plain)
                        .failed()
                        .err())
                .contains("63 bytes", "at most 62", "symmetric key");
        assertThat(bench.withoutPinOn(A, "encrypt", "--label=tls", plain)
                        .failed()
                        .err())
                .contains("only RSA keys encrypt");
        assertThat(bench.withoutPinOn(A, "encrypt", "--label=rsa", "--algorithm=AES", plain)
                        .misused()
                        .err())
                .contains("RSA/ECB/PKCS1Padding");
        assertThat(folder.resolve("secret.enc")).doesNotExist();
    }

    @Test
    void moduleTokenHasRequestsAndPublicKeysToo() throws Exception {
        SoftHsm.on(SoftHsm.ONE, "generate", "--label=for-csr").done();
        String request = bench.file("module.csr");
        try {
            assertModuleTokenHasThem(request);
        } finally {
            // Other tests of this JVM count the keys of the token.
            SoftHsm.on(SoftHsm.ONE, "delete", "--yes", "--label=for-csr").done();
        }
    }

    private void assertModuleTokenHasThem(String request) throws Exception {
        SoftHsm.on(SoftHsm.ONE, "csr", "--label=for-csr", "--subject=CN=module", "--out=" + request)
                .done();
        SoftHsm.on(SoftHsm.ONE, "public-key", "--label=for-csr", "--format=JWK", "--out=" + bench.file("module.jwk"))
                .done();

        CertificateRequest read = CertificateRequest.parse("module.csr", bench.content("module.csr"));
        read.verify();
        assertThat(bench.content("module.jwk"))
                .asString(StandardCharsets.US_ASCII)
                .contains("P-256");
    }
}
