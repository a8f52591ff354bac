// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.KeyImport;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Every engine against {@code openssl}, each way that is there: what we signed it verifies, what it encrypted we decrypt.
 * All commands of a test run in one shell.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.SOFTHSM},
        repeated = {BenchKind.PCSC, BenchKind.OPENSC})
class OpenSslTest {
    private static final byte[] DATA = "verified by a third party".getBytes(StandardCharsets.UTF_8);
    private static final List<String> HASHES = List.of("SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512");

    @Parameter
    private BenchKind kind;

    private Bench bench;
    private Provider provider;
    private KeyPair small;
    private KeyPair usual;

    @TempDir
    private static Path temporary;

    /** Opens the bench and generates the RSA keys. */
    @BeforeParameterizedClassInvocation
    void openBench() throws Exception {
        bench = kind.open();
        bench.source().keyStore();
        provider = bench.source().provider();
        small = generate("RSA", SchsmKeySpec.builder("small").keySize(1024).build());
        usual = generate("RSA", SchsmKeySpec.builder("usual").keySize(2048).build());
    }

    /** Clears the bench. */
    @AfterParameterizedClassInvocation
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private KeyPair generate(String algorithm, SchsmKeySpec spec) throws Exception {
        return Group.generatePair(provider, algorithm, spec);
    }

    /** Commands for one shell, and the files that they read and write. */
    private static final class Shell {
        private final Path folder;
        private final Map<String, String> commands = new TreeMap<>();

        Shell() throws IOException {
            this.folder = Files.createTempDirectory(temporary, "openssl");
            write("data", DATA);
        }

        void write(String file, byte[] content) throws IOException {
            Files.write(folder.resolve(file), content);
        }

        byte[] read(String file) throws IOException {
            return Files.readAllBytes(folder.resolve(file));
        }

        void pem(String file, String kind, Key key) throws IOException {
            Files.writeString(
                    folder.resolve(file),
                    "-----BEGIN " + kind + " KEY-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                            + "\n-----END " + kind + " KEY-----\n");
        }

        /** A command, and what it is for. */
        void add(String what, String command) {
            assertThat(commands.put(what, command))
                    .as("two commands for %s", what)
                    .isNull();
        }

        /** Runs them all; each has to succeed. */
        void run(int expected) throws IOException, InterruptedException {
            assertThat(commands).hasSize(expected);
            StringBuilder script = new StringBuilder("export LC_ALL=C\n");
            commands.forEach((what, command) -> script.append(command)
                    .append(" >out 2>&1 </dev/null || { echo 'failed: ")
                    .append(what)
                    .append("'; cat out; }\n"));
            write("script", script.toString().getBytes(StandardCharsets.UTF_8));
            Path said = folder.resolve("said");
            Process process = new ProcessBuilder("sh", "script")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                assertThat(process.waitFor(10, TimeUnit.MINUTES))
                        .as("openssl ends")
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(Files.readString(said)).isEmpty();
        }
    }

    private static String md(String hash) {
        return hash.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private byte[] sign(String name, PSSParameterSpec parameters, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance(name, provider);
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initSign(pair.getPrivate());
        signature.update(DATA);
        return signature.sign();
    }

    @Test
    void ecdsaOnEveryCurveWithEveryHashAndEcdh() throws Exception {
        Shell shell = new Shell();
        List<String> secrets = new ArrayList<>();
        for (EcCurve curve : EcCurve.values()) {
            String name = curve.toString();
            KeyPair pair = generate(
                    "EC",
                    SchsmKeySpec.builder(name)
                            .parameters(new ECGenParameterSpec(name))
                            .build());
            shell.pem(name + ".pem", "PUBLIC", pair.getPublic());
            for (String hash : HASHES) {
                String file = name + "-" + md(hash);
                shell.write(file, sign(hash.replace("-", "") + "withECDSA", null, pair));
                shell.add(file, "openssl dgst -" + md(hash) + " -verify " + name + ".pem -signature " + file + " data");
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
            generator.initialize(new ECGenParameterSpec(name));
            KeyPair peer = generator.generateKeyPair();
            shell.pem(name + "-peer.pem", "PRIVATE", peer.getPrivate());
            shell.add(
                    name + " ECDH",
                    "openssl pkeyutl -derive -inkey " + name + "-peer.pem -peerkey " + name + ".pem -out " + name
                            + "-secret");
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
            agreement.init(pair.getPrivate());
            agreement.doPhase(peer.getPublic(), true);
            secrets.add(name + " " + HexFormat.of().formatHex(agreement.generateSecret()));
        }

        shell.run(EcCurve.values().length * (HASHES.size() + 1));

        for (String secret : secrets) {
            String[] parts = secret.split(" ", 2);
            assertThat(HexFormat.of().formatHex(shell.read(parts[0] + "-secret")))
                    .as(parts[0])
                    .isEqualTo(parts[1]);
        }
    }

    @Test
    void rsaSignaturesWithEveryHash() throws Exception {
        Shell shell = new Shell();
        for (KeyPair pair : List.of(small, usual)) {
            String key = pair == small ? "small" : "usual";
            shell.pem(key, "PUBLIC", pair.getPublic());
            for (String hash : HASHES) {
                String file = key + md(hash);
                shell.write(file, sign(hash.replace("-", "") + "withRSA", null, pair));
                shell.add(file, "openssl dgst -" + md(hash) + " -verify " + key + " -signature " + file + " data");
            }
        }
        shell.run(10);
    }

    /** Hash, hash of MGF1, and a salt of nothing, of the hash's length, and the longest that fits the key. */
    @Test
    void pssWithEveryParameterSet() throws Exception {
        Shell shell = new Shell();
        int count = 0;
        for (KeyPair pair : List.of(small, usual)) {
            String key = pair == small ? "small" : "usual";
            int length = pair == small ? 128 : 256;
            shell.pem(key, "PUBLIC", pair.getPublic());
            for (String hash : HASHES) {
                int hashLength = java.security.MessageDigest.getInstance(hash).getDigestLength();
                int most = length - hashLength - 2;
                for (String mgf : HASHES) {
                    for (int salt : new int[] {0, Math.min(hashLength, most - 1), most}) {
                        String file = String.join("-", key, md(hash), md(mgf), String.valueOf(salt));
                        PSSParameterSpec parameters =
                                new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(mgf), salt, 1);
                        shell.write(file, sign("RSASSA-PSS", parameters, pair));
                        shell.add(
                                file,
                                "openssl dgst -" + md(hash) + " -verify " + key + " -signature " + file
                                        + " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:" + salt
                                        + " -sigopt rsa_mgf1_md:" + md(mgf) + " data");
                        count++;
                    }
                }
            }
        }
        assertThat(count).isEqualTo(2 * HASHES.size() * HASHES.size() * 3);
        shell.run(count);
    }

    /** Hash, hash of MGF1, with and without a label. */
    @Test
    void oaepWithEveryParameterSetAndPkcs1AndNoPadding() throws Exception {
        Shell shell = new Shell();
        Map<String, OAEPParameterSpec> parameters = new TreeMap<>();
        for (String hash : HASHES) {
            for (String mgf : HASHES) {
                for (PSource label : List.of(PSource.PSpecified.DEFAULT, new PSource.PSpecified(DATA))) {
                    for (String key : List.of("small", "usual")) {
                        boolean isLabelled = label != PSource.PSpecified.DEFAULT;
                        if (key.equals("small") && hash.equals("SHA-512")) {
                            continue; // 130 bytes of padding
                        }
                        String file = String.join("-", key, md(hash), md(mgf), isLabelled ? "label" : "none");
                        parameters.put(file, new OAEPParameterSpec(hash, "MGF1", new MGF1ParameterSpec(mgf), label));
                        shell.add(
                                file,
                                "openssl pkeyutl -encrypt -pubin -inkey " + key + " -in short"
                                        + " -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:" + md(hash)
                                        + " -pkeyopt rsa_mgf1_md:" + md(mgf)
                                        + (isLabelled
                                                ? " -pkeyopt rsa_oaep_label:"
                                                        + HexFormat.of().formatHex(DATA)
                                                : "")
                                        + " -out " + file);
                    }
                }
            }
        }
        byte[] message = Arrays.copyOf(DATA, 16);
        shell.write("short", message);
        shell.pem("small", "PUBLIC", small.getPublic());
        shell.pem("usual", "PUBLIC", usual.getPublic());
        byte[] block = new byte[128];
        System.arraycopy(DATA, 0, block, 10, DATA.length);
        shell.write("block", block);
        shell.add("pkcs1", "openssl pkeyutl -encrypt -pubin -inkey usual -in short -out pkcs1");
        shell.add(
                "raw",
                "openssl pkeyutl -encrypt -pubin -inkey small -in block -pkeyopt rsa_padding_mode:none -out raw");

        assertThat(parameters).hasSize(2 * 2 * 25 - 10);
        shell.run(parameters.size() + 2);

        for (Map.Entry<String, OAEPParameterSpec> each : parameters.entrySet()) {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding", provider);
            KeyPair pair = each.getKey().startsWith("small") ? small : usual;
            cipher.init(Cipher.DECRYPT_MODE, pair.getPrivate(), each.getValue());
            assertThat(cipher.doFinal(shell.read(each.getKey())))
                    .as(each.getKey())
                    .isEqualTo(message);
        }
        Cipher pkcs1 = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        pkcs1.init(Cipher.DECRYPT_MODE, usual.getPrivate());
        assertThat(pkcs1.doFinal(shell.read("pkcs1"))).isEqualTo(message);
        Cipher raw = Cipher.getInstance("RSA/ECB/NoPadding", provider);
        raw.init(Cipher.DECRYPT_MODE, small.getPrivate());
        assertThat(raw.doFinal(shell.read("raw"))).isEqualTo(block);
    }

    /** With keys that both sides know. */
    @Test
    void aesCbcBothWaysAndCmac() throws Exception {
        KeyImport rig = bench.keyImport();
        Shell shell = new Shell();
        byte[] plain = new byte[5000];
        new java.util.Random(1).nextBytes(plain);
        shell.write("plain", plain);
        byte[] iv = Arrays.copyOf(DATA, 16);
        Map<String, byte[]> ours = new TreeMap<>();
        for (int bits : new int[] {128, 192, 256}) {
            byte[] key = Arrays.copyOf(plain, bits / 8);
            SecretKey handle = rig.importAes("aes-" + bits, key);
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
            cipher.init(Cipher.ENCRYPT_MODE, handle, new IvParameterSpec(iv));
            ours.put("cbc" + bits, cipher.doFinal(plain));
            shell.write("ours" + bits, ours.get("cbc" + bits));
            Mac mac = Mac.getInstance("AESCMAC", provider);
            mac.init(handle);
            ours.put("mac" + bits, mac.doFinal(plain));
            String options = " -K " + HexFormat.of().formatHex(key) + " -iv "
                    + HexFormat.of().formatHex(iv);
            shell.add("cbc" + bits, "openssl enc -aes-" + bits + "-cbc -in plain -out cbc" + bits + options);
            shell.add(
                    "back" + bits,
                    "openssl enc -d -aes-" + bits + "-cbc -in ours" + bits + " -out back" + bits + options);
            shell.add(
                    "mac" + bits,
                    "openssl mac -cipher AES-" + bits + "-CBC -macopt hexkey:"
                            + HexFormat.of().formatHex(key) + " -in plain -binary -out mac" + bits + " CMAC");
        }

        shell.run(9);

        for (Map.Entry<String, byte[]> each : ours.entrySet()) {
            assertThat(each.getValue()).as(each.getKey()).isEqualTo(shell.read(each.getKey()));
        }
        for (int bits : new int[] {128, 192, 256}) {
            assertThat(shell.read("back" + bits)).isEqualTo(plain);
        }
    }
}
