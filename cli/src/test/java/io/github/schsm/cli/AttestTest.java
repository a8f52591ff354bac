// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.codec.Tlv;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttestTest {
    @TempDir
    Path folder;

    private Bench bench;

    @BeforeEach
    void bench() {
        bench = new Bench(folder, false);
    }

    /** The attestation of a new key, in a file. */
    private byte[] attestation(String label) throws IOException {
        bench.on(A, "generate", "--label=" + label).done();
        bench.withoutPinOn(A, "attest", label, "--out=" + bench.file(label + ".pub"))
                .done();
        return bench.content(label + ".pub");
    }

    private static Run offLine(Path file, String... more) {
        String[] all = Arrays.copyOf(new String[] {"attest", "--in", file.toString()}, 3 + more.length);
        System.arraycopy(more, 0, all, 3, more.length);
        return Run.of(Map.of(), all);
    }

    @Test
    void deviceIsAttestedUpToItsRoot() {
        assertThat(bench.withoutPinOn(A, "attest").done().out())
                .contains("Device ZZSIM000001 traces to the trusted root ZZSRCACC100001")
                .contains("ZZDICASIM00001, valid from 2026-01-01 to 2056-01-01");
        assertThat(new Bench(folder, true).withoutPinOn(A, "attest").done().json())
                .containsEntry("attested", true)
                .containsEntry("device", A)
                .containsEntry("root", "ZZSRCACC100001")
                .containsEntry("key", null)
                .containsEntry("failedLink", null);
    }

    @Test
    void keyIsAttestedOverASecureChannelOnlyByATrustedDevice() throws IOException {
        attestation("k");

        bench.withoutPinOn(A, "attest", "k", "--channel=secure").done();
        assertThat(bench.withoutPinOn(A, "attest", "k", "--channel=secure", "--trust=production")
                        .failed()
                        .err())
                .contains("ZZSRCACC100001");
    }

    @Test
    void keyIsAttestedByItsFileWithoutTheDevice() throws IOException {
        attestation("k");

        Run text = offLine(folder.resolve("k.pub"), "--trust=simulator").done();
        Run json = offLine(folder.resolve("k.pub"), "--trust=simulator", "--json", "--on=2030-01-01")
                .done();

        assertThat(text.out())
                .contains("The key was generated in device ZZSIM000001", "secp256r1")
                .contains("by the key itself good, by the device good");
        assertThat(json.json()).containsEntry("attested", true).containsEntry("validOn", "2030-01-01");
        assertThat(json.list("chain"))
                .extracting(certificate -> certificate.get("role"))
                .containsExactly("DEVICE", "DEVICE_ISSUER", "ROOT");
        assertThat((Map<?, ?>) json.json().get("key"))
                .extracting("type", "curve", "size", "publicExponent", "signedByKey", "signedByDevice", "keyDomainUid")
                .containsExactly("EC", "secp256r1", 256L, null, true, true, null);
    }

    @Test
    void answerHasTheDocumentedMembersWhetherOrNotItHolds() throws IOException {
        attestation("k");
        String documentation = Files.readString(Path.of(System.getProperty("schsm.home"), "docs", "attestation.md"));

        for (String trust : List.of("simulator", "production")) {
            Map<String, Object> json = new Run(
                            0,
                            offLine(folder.resolve("k.pub"), "--trust=" + trust, "--json")
                                    .out(),
                            "")
                    .json();

            assertThat(json)
                    .containsOnlyKeys(
                            "attested",
                            "failedLink",
                            "reason",
                            "device",
                            "chr",
                            "root",
                            "validOn",
                            "chain",
                            "key",
                            "certificate",
                            "file");
            json.keySet().forEach(name -> assertThat(documentation).contains("`" + name + "`"));
            ((Map<?, ?>) json.get("key"))
                    .keySet()
                    .forEach(name -> assertThat(documentation).contains("`" + name + "`"));
        }
    }

    @Test
    void everyFormOfAPublicKeyFileIsRead() throws Exception {
        List<Tlv> parts = Tlv.parse(attestation("k")).children();
        Tlv newer = Tlv.of(
                0x30,
                Tlv.of(0x06, HexFormat.of().parseHex("2B0601040181C31F040301")),
                Tlv.of(0x61, parts.get(2)),
                Tlv.of(0x62, parts.get(1)),
                Tlv.of(0x63, parts.get(0)));
        Path file = folder.resolve("form.pub");

        for (byte[] form : List.of(Tlv.concat(parts.toArray(Tlv[]::new)), newer.encoded())) {
            Files.write(file, form);
            assertThat(offLine(file, "--trust=simulator").done().out()).contains("was generated in device " + A);
        }
    }

    @Test
    void anotherRootIsRefusedAndTheLinkNamed() throws IOException {
        attestation("k");

        Run production = offLine(folder.resolve("k.pub"), "--json");

        assertThat(production.status()).isEqualTo(Status.FAILED);
        assertThat(production.json()).containsEntry("attested", false).containsEntry("failedLink", "ROOT");
        assertThat((String) production.json().get("reason")).contains("ZZSRCACC100001", "DESRCACC100001");
        assertThat(offLine(folder.resolve("k.pub"), "--trust=test").out()).startsWith("NOT attested: ");
        assertThat(offLine(folder.resolve("k.pub"), "--trust=simulator", "--on=2057-01-01", "--json")
                        .json())
                .containsEntry("failedLink", "VALIDITY");
        assertThat(bench.withoutPinOn(A, "attest", "k", "--trust=production", "--out=" + bench.file("no.pub"))
                        .status())
                .isEqualTo(Status.FAILED);
        assertThat(folder.resolve("no.pub")).doesNotExist();
    }

    @Test
    void changedRequestIsRefusedAndTheLinkNamed() throws Exception {
        byte[] file = attestation("k");
        int endOfRequest = Tlv.parse(file).children().get(0).encodedLength();
        file[file.length - 1 - (Tlv.parse(file).valueLength() - endOfRequest)] ^= 1;
        Files.write(folder.resolve("changed.pub"), file);

        Run run = offLine(folder.resolve("changed.pub"), "--trust=simulator", "--json");

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.json()).containsEntry("failedLink", "REQUEST");
    }

    @Test
    void garbageIsRefusedInOneLine() throws IOException {
        Path file = folder.resolve("garbage");
        for (byte[] garbage : List.of(new byte[0], new byte[300], "hello, world".getBytes(StandardCharsets.UTF_8))) {
            Files.write(file, garbage);
            offLine(file).failed();
        }
        bench.withoutPinOn(A, "device-id", "export", "--out=" + bench.file("id.cvc"))
                .done();
        offLine(folder.resolve("id.cvc"), "--trust=simulator").failed();
        offLine(folder.resolve("missing")).failed();
    }

    @Test
    void certificateHasToBeForTheKey() throws IOException {
        attestation("k");
        Path ca = folder.resolve("example-ca.pem");
        try (InputStream in = AttestTest.class.getResourceAsStream("example-ca.pem")) {
            Files.write(ca, in.readAllBytes());
        }

        Run run = offLine(folder.resolve("k.pub"), "--trust=simulator", "--certificate=" + ca, "--json");

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.json()).containsEntry("attested", false).containsEntry("failedLink", "CERTIFICATE");
        assertThat((Map<?, ?>) run.json().get("certificate"))
                .extracting("holder", "forThisKey")
                .containsExactly("O=SCHSM tests,CN=Example CA", false);
    }

    @Test
    void attestationIsSavedBeforeACertificateTakesItsPlace() throws Exception {
        bench.on(A, "generate", "--label=k").done();
        Path certificate = folder.resolve("k.crt");
        Run before = new Bench(folder, true).withoutPinOn(A, "attest", "k").done();
        Files.write(certificate, certificate((String) ((Map<?, ?>) before.json().get("key")).get("publicKey")));
        String saved = bench.file("saved.pub");

        bench.on(A, "import-cert", "--label=k", "--attestation=" + saved, certificate.toString())
                .done();

        assertThat(bench.withoutPinOn(A, "attest", "k").failed().err()).contains("an X.509 certificate took its place");
        assertThat(offLine(Path.of(saved), "--trust=simulator", "--certificate=" + certificate)
                        .done()
                        .out())
                .contains("CN=k, for this key");
    }

    /** A certificate for a key, with a signature that nobody made. */
    static byte[] certificate(String publicKey) {
        Tlv algorithm = Tlv.of(0x30, Tlv.of(0x06, HexFormat.of().parseHex("2A8648CE3D040302")));
        Tlv name = Tlv.of(
                0x30,
                Tlv.of(
                        0x31,
                        Tlv.of(
                                0x30,
                                Tlv.of(0x06, HexFormat.of().parseHex("550403")),
                                Tlv.of(0x0C, "k".getBytes(StandardCharsets.US_ASCII)))));
        Tlv day = Tlv.of(0x17, "260101000000Z".getBytes(StandardCharsets.US_ASCII));
        byte[] key = Base64.getDecoder().decode(publicKey);
        byte[] body = Tlv.concat(Tlv.of(0x02, new byte[] {1}), algorithm, name, Tlv.of(0x30, day, day), name);
        byte[] all = Arrays.copyOf(body, body.length + key.length);
        System.arraycopy(key, 0, all, body.length, key.length);
        return Tlv.of(0x30, Tlv.of(0x30, all), algorithm, Tlv.of(0x03, new byte[9]))
                .encoded();
    }

    @Test
    void whatHasNoAttestationIsRefusedWithTheReason() throws IOException {
        bench.on(A, "generate", "--label=secret", "--type=AES").done();

        assertThat(bench.withoutPinOn(A, "attest", "secret").failed().err()).contains("not secret keys");
        assertThat(bench.withoutPinOn(A, "attest", "none").failed().err()).contains("no key \"none\"");
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws IOException {
        attestation("k");

        bench.withoutPinOn(A, "attest", "k", "--in=" + bench.file("k.pub")).misused();
        assertThat(bench.withoutPinOn(B, "attest", "--out=x").misused().err()).contains("device-id export");
        bench.withoutPinOn(B, "attest", "--certificate=x").misused();
        assertThat(bench.withoutPinOn(A, "attest", "k", "--out=" + bench.file("k.pub"))
                        .failed()
                        .err())
                .contains("is there already");
    }
}
