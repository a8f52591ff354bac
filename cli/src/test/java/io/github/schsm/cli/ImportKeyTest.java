// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of software come into devices whose DKEK the user has. */
class ImportKeyTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private Bench bench;

    /** An EC key with its certificate, made by keytool, and an AES key. */
    @BeforeAll
    static void makeFile() throws Exception {
        Path file = shared.resolve("keys.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "tls",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=tls",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "secret"))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        store.setKeyEntry("aes", new SecretKeySpec(new byte[32], "AES"), PASSWORD, null);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
    }

    /** A device with a DKEK of one share file. */
    @BeforeEach
    void shareADkek() throws IOException {
        bench = new Bench(folder, false);
        bench.withoutPinOn("", "domain", "create-share", bench.file("dkek.pbe"), "--password-env=PASSWORD")
                .done();
        join(A);
        Files.copy(shared.resolve("keys.p12"), folder.resolve("keys.p12"));
    }

    private void join(String device) {
        bench.on(device, "domain", "create", "--slot=0", "--dkek-shares=1").done();
        bench.on(device, "domain", "import-share", "--slot=0", bench.file("dkek.pbe"), "--password-env=PASSWORD")
                .done();
    }

    private Run importKey(String device, String... more) {
        return importKey(bench, device, more);
    }

    private static Run importKey(Bench bench, String device, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "import-key",
                bench.file("keys.p12"),
                "--password-env=PASSWORD",
                "--share=" + bench.file("dkek.pbe"),
                "--share-password-env=PASSWORD"));
        all.addAll(List.of(more));
        return bench.on(device, all.toArray(String[]::new));
    }

    @Test
    void allKeysOfAFileAreImportedAndSaid() {
        Run done = importKey(A).done();

        assertThat(done.out())
                .contains(
                        "Key \"tls\" (EC key on secp256r1) imported to device ZZSIM000001 in key domain 0; its certificate"
                                + " with it; one use in the device proved that it is the key in the file.")
                .contains(
                        "Key \"aes\" (AES key of 256 bits) imported to device ZZSIM000001 in key domain 0; no certificate"
                                + " with it");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("tls", "aes");
    }

    /** The same key in two devices: what one signed, the certificate of the other verifies. */
    @Test
    void keyInTwoDevicesIsTheSame() throws Exception {
        join(B);
        for (String device : List.of(A, B)) {
            importKey(device, "--alias=tls", "--label=web").done();
        }
        Files.writeString(folder.resolve("file"), "signed");
        Certificate certificate = KeyStore.getInstance(
                        folder.resolve("keys.p12").toFile(), PASSWORD)
                .getCertificate("tls");
        for (String device : List.of(A, B)) {
            bench.on(device, "sign", "--label=web", bench.file("file"), "--out=" + bench.file(device))
                    .done();
            Signature verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(certificate);
            verifier.update("signed".getBytes(StandardCharsets.UTF_8));
            assertThat(verifier.verify(bench.content(device))).as(device).isTrue();
        }
    }

    @Test
    void listTellsWhatIsThereAndChangesNothing() throws IOException {
        Map<Path, byte[]> before = state();

        Run listed = bench.withoutPinOn(A, "import-key", "--list", bench.file("keys.p12"), "--password-env=PASSWORD")
                .done();

        assertThat(listed.out()).contains("tls", "EC key on secp256r1", "CN=tls", "aes", "AES key of 256 bits", "yes");
        assertThat(state().keySet()).isEqualTo(before.keySet());
    }

    private Map<Path, byte[]> state() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("state"))) {
            Map<Path, byte[]> state = new HashMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                state.put(file, Files.readAllBytes(file));
            }
            return state;
        }
    }

    @Test
    void answerAsJsonTellsEachKey() {
        Map<String, Object> answer = importKey(
                        new Bench(folder, true), A, "--allow=ECDSA,WRAP", "--alias=tls", "--id=0A0B")
                .done()
                .json();

        assertThat(answer).containsEntry("device", A).containsEntry("format", "PKCS#12");
        assertThat(answer.get("keys").toString())
                .contains("alias=tls", "label=tls", "imported=true", "proven=true", "keyDomain=0", "certificates=1");
    }

    @Test
    void wrongShareOrPasswordImportsNothing() {
        bench.withoutPinOn("", "domain", "create-share", bench.file("other.pbe"), "--password-env=PASSWORD")
                .done();

        Run other = bench.on(
                        A,
                        "import-key",
                        bench.file("keys.p12"),
                        "--password-env=PASSWORD",
                        "--share=" + bench.file("other.pbe"),
                        "--share-password-env=PASSWORD")
                .failed();
        assertThat(other.err()).contains("the shares make the DKEK with KCV", "Nothing was sent");
        Run twice = importKey(A, "--share=" + bench.file("dkek.pbe")).misused();
        assertThat(twice.err()).contains("named twice");
        Run wrong = bench.on(
                        A,
                        "import-key",
                        bench.file("keys.p12"),
                        "--password-env=PASSWORD",
                        "--share=" + bench.file("dkek.pbe"),
                        "--share-password-env=PIN")
                .failed();
        assertThat(wrong.err()).contains("dkek.pbe cannot be opened", "password");
        Run file = bench.on(A, "import-key", bench.file("keys.p12"), "--password-env=PIN")
                .failed();
        assertThat(file.err()).contains("keys.p12 (PKCS#12) cannot be opened");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).doesNotContain("tls");
    }

    @Test
    void labelThatIsTakenIsRefusedBeforeASharesPasswordIsAskedFor() {
        importKey(A, "--alias=tls").done();

        Run again = bench.on(A, "import-key", bench.file("keys.p12"), "--password-env=PASSWORD", "--alias=tls")
                .failed();

        assertThat(again.err()).contains("an entry \"tls\" already");
    }

    @Test
    void sharesAndTheirPasswordsAreAskedForAtATerminal() {
        TypedAnswers person = new TypedAnswers(bench.file("dkek.pbe"), "secret");
        Run done = Run.of(
                Bench.ENVIRONMENT,
                person,
                "import-key",
                bench.file("keys.p12"),
                "--password-env=PASSWORD",
                "--alias=tls",
                "--terminal",
                bench.terminal(),
                "--device",
                A,
                "--pin-env=PIN");

        done.done();
        assertThat(person.questions)
                .containsExactly("File of DKEK share 1 of 1: ", "Password of " + bench.file("dkek.pbe") + ": ");
        assertThat(person.givenSecrets).allSatisfy(typed -> assertThat(typed).containsOnly('\0'));
    }

    @Test
    void allMembersOfADomainGetTheKey() {
        join(B);
        Object domain = new Bench(folder, true)
                .withoutPinOn(A, "domain", "list")
                .done()
                .list("keyDomains")
                .get(0)
                .get("kcv");

        Run done = importKey("", "--alias=tls", "--domain=" + domain).done();

        assertThat(done.out()).contains("Key \"tls\" (EC key on secp256r1) imported to");
        for (String device : List.of(A, B)) {
            assertThat(bench.withoutPinOn(device, "keys").done().out()).contains("tls");
        }
    }

    @Test
    void otherDevicesAreRefusedWithTheReason() {
        Run none = importKey(B).failed();
        assertThat(none.err()).contains("it has no key domain");
    }
}
