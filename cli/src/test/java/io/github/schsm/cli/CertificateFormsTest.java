// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.certificate.CertificateBundle;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates in the forms and orders in which CAs hand them out, and what stands in a certificate's place. */
class CertificateFormsTest {
    private static final String PASSWORD = "secret";

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    /** Root, CA, and a certificate under them, made by keytool. */
    private static List<X509Certificate> chain;

    @BeforeAll
    static void chain() throws Exception {
        String store = shared.resolve("pki.p12").toString();
        for (String name : List.of("root", "ca", "leaf")) {
            List<String> command = new ArrayList<>(List.of(
                    "-genkeypair", "-alias", name, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name));
            if (!name.equals("leaf")) {
                command.addAll(List.of("-ext", "bc:critical=ca:true"));
            }
            if (!name.equals("root")) {
                command.addAll(List.of("-signer", name.equals("ca") ? "root" : "ca"));
            }
            keytool(store, command);
        }
        KeyStore keyStore = KeyStore.getInstance(Path.of(store).toFile(), PASSWORD.toCharArray());
        chain = new ArrayList<>();
        for (Certificate certificate : keyStore.getCertificateChain("leaf")) {
            chain.add((X509Certificate) certificate);
        }
    }

    private static void keytool(String store, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(arguments);
        command.addAll(List.of("-keystore", store, "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static String pem(List<X509Certificate> certificates) throws Exception {
        StringBuilder text = new StringBuilder();
        for (X509Certificate one : certificates) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(one.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return text.toString();
    }

    private CertificateBundle read(byte[] content, String... typed) throws Exception {
        PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Io io = new Io(nowhere, nowhere, Map.of("PASSWORD", PASSWORD)::get, new TypedAnswers(typed));
        Secret password = new Secret("password", "--password", typed.length == 0 ? "PASSWORD" : null, null);
        return CertificateBundle.parse("file", content, () -> password.read(io, "of file"));
    }

    @Test
    void anyOrderBecomesLeafFirst() throws Exception {
        List<X509Certificate> order = new ArrayList<>(chain);
        for (int i = 0; i < 6; i++) {
            Collections.swap(order, i % 2, 1 + i % 2);

            CertificateBundle read = read(pem(order).getBytes(StandardCharsets.US_ASCII));

            assertThat(read.chain(null)).containsExactlyElementsOf(chain);
            assertThat(read.chain(chain.get(0).getPublicKey())).containsExactlyElementsOf(chain);
        }
    }

    @Test
    void keySaysWhichComesFirstAndNothingIsThereTwice() throws Exception {
        List<X509Certificate> twice = new ArrayList<>(chain);
        twice.addAll(chain);
        CertificateBundle read = read(pem(twice).getBytes(StandardCharsets.US_ASCII));

        assertThat(read.all()).hasSize(3);
        assertThat(read.chain(chain.get(1).getPublicKey())).containsExactly(chain.get(1), chain.get(2));
        assertThat(read.chain(null)).hasSize(3);
    }

    @Test
    void pkcs7IsReadInBinaryAndAsText() throws Exception {
        List<X509Certificate> order = List.of(chain.get(2), chain.get(0), chain.get(1));
        byte[] binary =
                CertificateFactory.getInstance("X.509").generateCertPath(order).getEncoded("PKCS7");
        byte[] text = ("-----BEGIN PKCS7-----\n" + Base64.getMimeEncoder().encodeToString(binary)
                        + "\n-----END PKCS7-----\n")
                .getBytes(StandardCharsets.US_ASCII);

        assertThat(read(binary).chain(null)).containsExactlyElementsOf(chain);
        assertThat(read(text).chain(null)).containsExactlyElementsOf(chain);
    }

    @Test
    void pkcs12IsReadWithItsPasswordFromWhereItComes() throws Exception {
        byte[] content = Files.readAllBytes(shared.resolve("pki.p12"));

        assertThat(read(content).chain(chain.get(0).getPublicKey())).containsExactlyElementsOf(chain);
        assertThat(read(content, PASSWORD).chain(null)).containsExactlyElementsOf(chain);
        assertThatThrownBy(() -> read(content, "wrong"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("password")
                .hasMessageNotContaining("wrong");
    }

    @Test
    void commandStoresWhatStandsAloneAndRefusesWhatIsNone() throws Exception {
        Bench bench = new Bench(folder, false);
        Path pkcs7 = Files.write(
                folder.resolve("root.p7b"),
                CertificateFactory.getInstance("X.509")
                        .generateCertPath(List.of(chain.get(2)))
                        .getEncoded("PKCS7"));
        Path none = Files.writeString(folder.resolve("none"), "nothing");

        assertThat(bench.on(A, "import-cert", "--label=root", pkcs7.toString())
                        .done()
                        .out())
                .contains("CN=root");
        assertThat(bench.on(A, "import-cert", "--label=x", none.toString())
                        .failed()
                        .err())
                .contains("none", "PKCS#12");
    }

    @Test
    void pemOfAKeyWithoutCertificateIsPemAndSaysWhatItIs() throws IOException {
        Bench bench = new Bench(folder, false);
        bench.on(A, "generate", "--label=key").done();

        assertThat(bench.withoutPinOn(A, "export-cert", "--label=key", "--pem", "--out=" + bench.file("pem"))
                        .done()
                        .out())
                .contains("request");
        bench.withoutPinOn(A, "export-cert", "--label=key", "--out=" + bench.file("der"))
                .done();

        String text = Files.readString(folder.resolve("pem"), StandardCharsets.US_ASCII);
        assertThat(text).startsWith("-----BEGIN CVC REQUEST-----\n").endsWith("\n-----END CVC REQUEST-----\n");
        assertThat(Base64.getMimeDecoder().decode(text.replaceAll("-----.*-----", "")))
                .isEqualTo(bench.content("der"));
    }

    @Test
    void keysAndAttestShowTheSameId() {
        Bench bench = new Bench(folder, true);
        bench.on(A, "generate", "--label=key").done();

        String id = (String)
                bench.withoutPinOn(A, "keys").done().list("keys").get(0).get("id");

        assertThat((Map<?, ?>)
                        bench.withoutPinOn(A, "attest", "key").done().json().get("key"))
                .extracting("id")
                .isEqualTo(id);
        assertThat(new Bench(folder, false)
                        .withoutPinOn(A, "attest", "key")
                        .done()
                        .out())
                .contains(id);
    }

    /** The JDK goes as deep as structures are in each other, to the end of its stack. */
    @Test
    void certificateOfEndlesslyNestedStructuresIsNone(@TempDir Path hostile) throws Exception {
        byte[] nested = new byte[1_000_000];
        for (int i = 0; i < nested.length / 2; i += 2) {
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }
        Path file = Files.write(hostile.resolve("nested.der"), nested);

        assertThat(Run.of(Bench.ENVIRONMENT, "report", "verify", "--ca=" + file, "report.html")
                        .failed()
                        .err())
                .contains("holds no X.509 certificate");
    }
}
