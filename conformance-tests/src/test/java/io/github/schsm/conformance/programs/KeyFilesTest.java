// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.admin.dkek.KeyFile;
import io.github.schsm.admin.dkek.KeyImport;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.codec.SoftwareKey;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with keys as openssl, keytool and Bouncy Castle write them, and what is imported of them. */
class KeyFilesTest {
    private static final byte[] DATA = "signed in a device".getBytes(StandardCharsets.US_ASCII);
    private static final String PASSWORD = "secret";

    /** All files by one run of a shell. */
    private static final String MAKE = """
            set -e
            cat > ca.cnf <<'E'
            [req]
            distinguished_name = dn
            [dn]
            E
            openssl ecparam -name prime256v1 -genkey -noout -out ec.sec1.pem
            openssl ecparam -name brainpoolP384r1 -genkey -noout -out brainpool.sec1.pem
            openssl ecparam -name secp256k1 -genkey -out with-parameters.pem
            openssl ecparam -name secp384r1 -param_enc explicit -genkey -noout -out explicit.sec1.pem
            openssl ec -in ec.sec1.pem -outform DER -out ec.sec1.der
            openssl ec -in ec.sec1.pem -aes256 -passout pass:secret -out ec.encrypted.sec1.pem
            openssl pkcs8 -topk8 -nocrypt -in ec.sec1.pem -out ec.p8.pem
            openssl pkcs8 -topk8 -nocrypt -in ec.sec1.pem -outform DER -out ec.p8.der
            openssl pkcs8 -topk8 -in ec.sec1.pem -passout pass:secret -out ec.encrypted.p8.pem
            openssl pkcs8 -topk8 -in ec.sec1.pem -passout pass:secret -outform DER -out ec.encrypted.p8.der
            openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in ec.sec1.pem -passout pass:secret -outform DER -out ec.old.p8.der
            openssl pkcs8 -topk8 -scrypt -in ec.sec1.pem -passout pass:secret -out ec.scrypt.p8.pem
            openssl genrsa -traditional -out rsa.pkcs1.pem 2048
            openssl rsa -traditional -in rsa.pkcs1.pem -outform DER -out rsa.pkcs1.der
            openssl rsa -traditional -aes128 -in rsa.pkcs1.pem -passout pass:secret -out rsa.encrypted.pkcs1.pem
            openssl req -config ca.cnf -x509 -new -key rsa.pkcs1.pem -subj /CN=CA -days 30 -out ca.pem
            openssl req -config ca.cnf -new -key ec.sec1.pem -subj /CN=tls -out tls.csr
            openssl x509 -req -in tls.csr -CA ca.pem -CAkey rsa.pkcs1.pem -set_serial 7 -days 30 -out tls.pem
            cat ca.pem ec.p8.pem tls.pem > mixed.pem
            openssl pkcs12 -export -inkey ec.sec1.pem -in tls.pem -certfile ca.pem -name tls -passout pass:secret -out ec.p12
            openssl pkcs12 -export -inkey ec.sec1.pem -in tls.pem -passout pass:secret -out nameless.p12
            openssl pkcs12 -export -legacy -inkey rsa.pkcs1.pem -in ca.pem -name ca -passout pass:secret -out legacy.p12 || \
              openssl pkcs12 -export -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -inkey rsa.pkcs1.pem \
                -in ca.pem -name ca -passout pass:secret -out legacy.p12
            openssl req -config ca.cnf -x509 -new -key brainpool.sec1.pem -subj /CN=bp -days 30 -out bp.pem
            openssl pkcs12 -export -inkey brainpool.sec1.pem -in bp.pem -name bp -passout pass:secret -out brainpool.p12
            openssl genpkey -algorithm ED25519 -out ed25519.pem
            openssl genrsa -out odd.pem 1280
            openssl ecparam -name sect283r1 -genkey -noout -out binary.pem
            openssl pkcs12 -export -nokeys -in ca.pem -passout pass:secret -out keyless.p12
            """;

    @TempDir
    private static Path folder;

    private static SimulatorBench bench;
    private static KeyStore keyStore;
    private static final byte[] DKEK = new byte[32];

    @BeforeAll
    static void makeFilesAndADevice() throws Exception {
        Program.run(List.of("/bin/sh", "-c", "cd " + folder + "\n" + MAKE), Map.of())
                .succeeded();
        bench = new SimulatorBench();
        keyStore = bench.source().keyStore();
        SchsmDevice.of(keyStore).createDkekDomain(0, 1).importShare(DKEK);
    }

    @AfterAll
    static void close() {
        if (bench != null) {
            bench.close();
        }
    }

    private static KeyFile read(String name) throws Exception {
        return read(name, Files.readAllBytes(folder.resolve(name)), PASSWORD);
    }

    private static KeyFile read(String name, byte[] content, String password) throws SchsmException {
        return KeyFile.read(name, content, password::toCharArray);
    }

    private static void imports(KeyFile.Entry key) throws Exception {
        try (Dkek dkek = Dkek.of(List.of(DKEK))) {
            KeyImport.Imported done = KeyImport.into(keyStore)
                    .store(Map.of("imported", key), dkek, count -> {})
                    .get(0);
            assertThat(done.proven()).isTrue();
            PrivateKey inside = (PrivateKey) keyStore.getKey("imported", null);
            String algorithm = inside.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            Signature signer = Signature.getInstance(algorithm, bench.source().provider());
            signer.initSign(inside);
            signer.update(DATA);
            SoftwareKey numbers = key.numbers();
            assertThat(Pki.verifies(algorithm, numbers.publicKey().orElseThrow(), DATA, signer.sign()))
                    .isTrue();
            if (!key.chain().isEmpty()) {
                assertThat(keyStore.getCertificateChain("imported"))
                        .containsExactly(key.chain().toArray(new Certificate[0]));
            }
        } finally {
            for (String alias : Collections.list(keyStore.aliases())) {
                keyStore.deleteEntry(alias);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ec.sec1.pem, PEM of openssl",
        "ec.sec1.der, SEC 1",
        "ec.encrypted.sec1.pem, encrypted PEM of openssl",
        "ec.p8.pem, PKCS#8 PEM",
        "ec.p8.der, PKCS#8",
        "ec.encrypted.p8.pem, encrypted PKCS#8 PEM",
        "ec.encrypted.p8.der, encrypted PKCS#8",
        "ec.old.p8.der, encrypted PKCS#8",
        "ec.scrypt.p8.pem, encrypted PKCS#8 PEM",
        "brainpool.sec1.pem, PEM of openssl",
        "with-parameters.pem, PEM of openssl",
        "explicit.sec1.pem, PEM of openssl",
        "rsa.pkcs1.pem, PEM of openssl",
        "rsa.pkcs1.der, PKCS#1",
        "rsa.encrypted.pkcs1.pem, encrypted PEM of openssl",
        "ec.p12, PKCS#12",
        "nameless.p12, PKCS#12",
        "legacy.p12, PKCS#12",
        "brainpool.p12, PKCS#12",
        "mixed.pem, PKCS#8 PEM"
    })
    void keyInEachFormIsImportedAndSigns(String name, String format) throws Exception {
        try (KeyFile file = read(name)) {
            assertThat(file.format()).isEqualTo(format);
            assertThat(file.entries()).hasSize(1);
            imports(file.entries().get(0));
        }
    }

    @Test
    void chainIsPutInOrder() throws Exception {
        for (String name : List.of("mixed.pem", "ec.p12")) {
            try (KeyFile file = read(name)) {
                assertThat(file.entries().get(0).chain())
                        .extracting(certificate ->
                                certificate.getSubjectX500Principal().getName())
                        .as(name)
                        .containsExactly("CN=tls", "CN=CA");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "JCEKS", "PKCS12", "BCFKS"})
    void keyStoreOfSeveralKeysIsReadWithItsSecretKeys(String type) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        Pki pki = Pki.create();
        Map<String, KeyPair> pairs = new LinkedHashMap<>();
        KeyStore store = type.equals("BCFKS") ? KeyStore.getInstance(type, Pki.BC) : KeyStore.getInstance(type);
        store.load(null, null);
        for (String alias : List.of("one", "two")) {
            KeyPair pair = generator.generateKeyPair();
            pairs.put(alias, pair);
            X509Certificate[] chain = pki.chain(pki.issue(alias, pair.getPublic()));
            store.setKeyEntry(alias, pair.getPrivate(), PASSWORD.toCharArray(), chain);
        }
        Key secret = new SecretKeySpec(new byte[32], "AES");
        boolean secrets = !type.equals("JKS");
        if (secrets) {
            store.setKeyEntry("aes", secret, PASSWORD.toCharArray(), null);
        }
        Path file = folder.resolve("store." + type);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }

        try (KeyFile read = read(file.getFileName().toString())) {
            assertThat(read.entries()).extracting(KeyFile.Entry::alias).containsAll(pairs.keySet());
            assertThat(read.entries()).hasSize(secrets ? 3 : 2);
            imports(read.entry("two").orElseThrow());
            if (secrets) {
                assertThat(read.entry("aes").orElseThrow().numbers()).isEqualTo(new SoftwareKey.Aes(new byte[32]));
            }
        }
        assertThatThrownBy(() -> read("it", Files.readAllBytes(file), "wrong"))
                .isInstanceOf(InvalidRequestException.class)
                .matches(refused -> SchsmException.is(refused, Reason.UNUSABLE_SECRET))
                .hasMessageContaining("password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec.encrypted.sec1.pem",
                "ec.encrypted.p8.pem",
                "ec.encrypted.p8.der",
                "ec.p12",
                "rsa.encrypted.pkcs1.pem"
            })
    void wrongPasswordIsTold(String name) {
        assertThatThrownBy(() -> read(name, Files.readAllBytes(folder.resolve(name)), "wrong"))
                .isInstanceOf(InvalidRequestException.class)
                .matches(refused -> SchsmException.is(refused, Reason.UNUSABLE_SECRET))
                .hasMessageContaining(name)
                .hasMessageContaining("its password is another, or it is damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec.p8.der", "ec.p12", "rsa.pkcs1.der", "ec.encrypted.p8.der", "mixed.pem"})
    void damagedFileIsRefusedAndNothingElse(String name) throws Exception {
        byte[] good = Files.readAllBytes(folder.resolve(name));
        for (int at = 0; at < good.length; at += Math.max(1, good.length / 40)) {
            byte[] damaged = good.clone();
            damaged[at] ^= 0x55;
            byte[] cut = Arrays.copyOf(good, at);
            for (byte[] bad : List.of(damaged, cut)) {
                try (KeyFile file = read(name, bad, PASSWORD)) {
                    // A byte may be one that nothing depends on; what is read has to be whole then.
                    assertThat(file.entries()).isNotEmpty();
                } catch (SchsmException refused) {
                    assertThat(refused).isInstanceOfAny(InvalidRequestException.class, MalformedDataException.class);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ed25519.pem, 1.3.101.112",
        "odd.pem, 1280 bits",
        "binary.pem, do not have its curve",
    })
    void keyThatNoDeviceCanHaveIsRefused(String name, String reason) throws Exception {
        try (KeyFile file = read(name)) {
            KeyFile.Entry key = file.entries().get(0);
            try (Dkek dkek = Dkek.of(List.of(DKEK))) {
                assertThatThrownBy(() -> KeyImport.into(keyStore).store(Map.of("k", key), dkek, count -> {}))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining(reason);
            }
        }
        assertThat(keyStore.size()).isZero();
    }

    @Test
    void fileWithoutKeysIsRefused() throws Exception {
        assertThatThrownBy(() -> read("keyless.p12")).hasMessageContaining("no private or secret key");
        assertThatThrownBy(() -> read("tls.pem")).hasMessageContaining("no private or secret key");
        assertThatThrownBy(() -> read("ca.cnf")).isInstanceOf(MalformedDataException.class);
    }

    /** The second cannot be stored: the first goes again, with what its chain left. */
    @Test
    void allKeysOfACallAreImportedOrNone() throws Exception {
        KeyFile.Entry good;
        try (KeyFile file = read("ec.p12")) {
            good = file.entries().get(0);
            Map<String, KeyFile.Entry> both = new LinkedHashMap<>();
            both.put("first", good);
            both.put("x".repeat(200), good);
            try (Dkek dkek = Dkek.of(List.of(DKEK))) {
                assertThatThrownBy(() -> KeyImport.into(keyStore).store(both, dkek, count -> {}))
                        .hasMessageContaining("label");
            }
        }
        assertThat(keyStore.size()).isZero();
    }
}
