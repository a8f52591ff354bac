// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.StandardStreams;
import io.github.schsm.provider.SchsmProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file {@code -} is standard input where a file is read, and standard output where one is written. */
class StandardFileTest {
    private static final byte[] TEXT = "what is signed".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path folder;

    private static Bench bench;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @BeforeAll
    static void device() throws IOException {
        bench = new Bench(folder, false);
        bench.on(A, "generate", "--label=ec").done();
        Files.write(folder.resolve("text"), TEXT);
    }

    private StandardStreams streams(byte[] in, boolean terminal) {
        return new StandardStreams(new ByteArrayInputStream(in), written, () -> terminal);
    }

    @Test
    void signsStandardInputToStandardOutput() throws Exception {
        Run run = bench.on(A, streams(TEXT, false), "sign", "--label=ec", "-");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("standard input signed with key \"ec\"")
                .contains("written to standard output.");
        Signature signature = Signature.getInstance("SHA256withECDSA");
        byte[] certificate = pem(bench.on(A, streams(new byte[0], false), "export-cert", "--label=ec", "--out=-"));
        signature.initVerify(CertificateFactory.getInstance("CVC", new SchsmProvider())
                .generateCertificate(new ByteArrayInputStream(certificate))
                .getPublicKey());
        signature.update(TEXT);
        assertThat(signature.verify(signed)).isTrue();
    }

    private byte[] signed = new byte[0];

    /** What was written first is the signature, and the rest this command's. */
    private byte[] pem(Run run) {
        assertThat(run.status()).as(run.err()).isZero();
        byte[] all = written.toByteArray();
        int length = 2 + (all[1] & 0xFF);
        signed = Arrays.copyOf(all, length);
        return Arrays.copyOfRange(all, length, all.length);
    }

    @Test
    void brokenPipeIsToldOfStandardOutput() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        StandardStreams out = new StandardStreams(new ByteArrayInputStream(TEXT), broken, () -> false);

        assertThat(bench.on(A, out, "sign", "--label=ec", "-").failed().err())
                .contains("standard output cannot be written: Broken pipe");
    }

    @Test
    void terminalGetsTextButNothingElse() {
        Run binary = bench.on(A, streams(TEXT, true), "sign", "--label=ec", "-");

        assertThat(binary.failed().err()).contains("standard output is a terminal", "> FILE", "--out");
        assertThat(written.size()).isZero();

        Run text = bench.on(A, streams(TEXT, true), "export-cert", "--label=ec", "--pem", "--out=-");
        assertThat(text.status()).as(text.err()).isZero();
        assertThat(written.toString(StandardCharsets.US_ASCII)).startsWith("-----BEGIN CVC REQUEST-----");
    }

    /** Before the key is used, and its use counted. */
    @Test
    void jsonDocumentAndFileDoNotMix() {
        Run run = bench.on(A, streams(TEXT, false), "sign", "--label=ec", "--json", "--out=-", bench.file("text"));

        assertThat(run.misused().errorMessage()).contains("leave out --json", "--out");
        assertThat(written.size()).isZero();

        Run unnamed = bench.on(A, streams(TEXT, false), "sign", "--label=ec", "--json", "-");
        assertThat(unnamed.misused().errorMessage()).contains("leave out --json", "--out");
        assertThat(written.size()).isZero();
    }

    @Test
    void standardInputIsReadForAnAnswerInJson() {
        Run run = bench.on(
                A, streams(TEXT, false), "sign", "--label=ec", "--json", "--out=" + bench.file("signature"), "-");

        Map<String, Object> answer = run.done().json();
        byte[] signature = HexFormat.of().parseHex((String) answer.get("signature"));
        assertThat(folder.resolve("signature")).hasBinaryContent(signature);
    }

    @Test
    void dataGoesInAndOutAsItIs() {
        byte[] content = new byte[700];
        Arrays.fill(content, (byte) 0xA5);
        bench.on(A, streams(content, false), "data", "write", "--label=object", "-")
                .done();

        Run run = bench.on(A, streams(new byte[0], false), "data", "read", "--label=object", "--out=-");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(written.toByteArray()).isEqualTo(content);
    }

    @Test
    void failureOfTheStreamIsOneOfTheCommand() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        Run run = bench.on(
                A, new StandardStreams(InputStream.nullInputStream(), full, () -> false), "random", "8", "--out=-");

        assertThat(run.failed().err()).contains("No space left on device");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pin-file=-", "--config=-"})
    void secretsAndConfigurationsComeFromFiles(String option) {
        Run run = bench.withoutPinOn(A, "sign", "--label=ec", option, bench.file("text"));

        assertThat(run.misused().err()).contains("standard input", "file");
    }

    @Test
    void twoFilesCannotBothBeStandardInput() throws Exception {
        bench.on(A, streams(new byte[0], false), "attest", "ec", "--out=-");

        Run run = bench.on(A, streams(written.toByteArray(), false), "attest", "--in=-", "--certificate=-");

        assertThat(run.failed().err()).contains("certificate", "standard input", "already");
    }

    @Test
    void fileOfThatNameIsNamedWithItsFolder() throws IOException {
        Path dash = Path.of("-");
        assertThat(Files.exists(dash)).isFalse();
        try {
            bench.on(A, streams(TEXT, false), "random", "8", "--out=./-").done();
            assertThat(dash).hasSize(8);
            assertThat(written.size()).isZero();
        } finally {
            Files.deleteIfExists(dash);
        }
    }
}
