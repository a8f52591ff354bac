// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, PINs and data objects of OpenSC's programs and of ours on one device, in both directions. */
@Tag("pcsc")
class OpenScKeysTest {
    private static final byte[] DATA = "signed here, verified there".getBytes(StandardCharsets.UTF_8);
    private static final String NEW_PIN = "123456";
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    /** Those that pkcs11-tool 0.23 has names for. */
    private static final List<String> CURVES = List.of(
            "secp192r1",
            "secp256r1",
            "secp384r1",
            "secp521r1",
            "secp256k1",
            "brainpoolP192r1",
            "brainpoolP224r1",
            "brainpoolP256r1",
            "brainpoolP320r1",
            "brainpoolP384r1",
            "brainpoolP512r1");

    @TempDir
    private Path folder;

    private final OpenSc openSc = new OpenSc(0);

    private byte[] withFiles(byte[] input, String... command) throws Exception {
        Path in = Files.write(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Files.deleteIfExists(out);
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--input-file", in.toString(), "--output-file", out.toString()));
        openSc.pkcs11(all.toArray(String[]::new)).succeeded();
        return Files.readAllBytes(out);
    }

    private static byte[] sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(DATA);
    }

    private static KeyPair rsa(Bench.Member member, String label, int size, byte id) throws Exception {
        return Group.generatePair(
                member.provider(),
                "RSA",
                SchsmKeySpec.builder(label).keySize(size).id(new byte[] {id}).build());
    }

    private static KeyPair ec(Bench.Member member, String curve, byte id) throws Exception {
        return Group.generatePair(
                member.provider(),
                SchsmKeySpec.builder(curve)
                        .parameters(new ECGenParameterSpec(curve))
                        .id(new byte[] {id})
                        .build());
    }

    private static byte[] encrypt(String name, PublicKey key, OAEPParameterSpec parameters) throws Exception {
        Cipher cipher = Cipher.getInstance(name, "SunJCE");
        cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
        return cipher.doFinal(DATA);
    }

    private static byte[] decrypt(Bench.Member member, String name, PrivateKey key, OAEPParameterSpec parameters)
            throws Exception {
        Cipher cipher = Cipher.getInstance(name, member.provider());
        cipher.init(Cipher.DECRYPT_MODE, key, parameters);
        return cipher.doFinal(encrypt(name, publicKeyOf(member, key), parameters));
    }

    private static PublicKey publicKeyOf(Bench.Member member, PrivateKey key) throws Exception {
        KeyStore keyStore = member.keyStore();
        for (String alias : Collections.list(keyStore.aliases())) {
            if (key.equals(keyStore.getKey(alias, null))) {
                return keyStore.getCertificate(alias).getPublicKey();
            }
        }
        throw new AssertionError("no entry for " + key);
    }

    private static byte[] sign(Bench.Member member, String name, PrivateKey key, PSSParameterSpec parameters)
            throws Exception {
        Signature signature = Signature.getInstance(name, member.provider());
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initSign(key);
        signature.update(DATA);
        return signature.sign();
    }

    private static boolean verifies(String name, PublicKey key, PSSParameterSpec parameters, byte[] signed)
            throws Exception {
        Signature signature = Signature.getInstance(name, "SunRsaSign");
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initVerify(key);
        signature.update(DATA);
        return signature.verify(signed);
    }

    /** Sign, decrypt with whichever key, on either side. */
    private void assertBothUse(Bench.Member member, PrivateKey key, PublicKey publicKey, String id) throws Exception {
        assertThat(verifies("SHA256withRSA", publicKey, null, sign(member, "SHA256withRSA", key, null)))
                .isTrue();
        assertThat(verifies("RSASSA-PSS", publicKey, PSS, sign(member, "RSASSA-PSS", key, PSS)))
                .isTrue();
        assertThat(decrypt(member, "RSA/ECB/PKCS1Padding", key, null)).isEqualTo(DATA);
        assertThat(decrypt(member, "RSA/ECB/OAEPPadding", key, OAEP)).isEqualTo(DATA);

        byte[] pkcs1 = withFiles(DATA, "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", id);
        assertThat(verifies("SHA256withRSA", publicKey, null, pkcs1)).isTrue();
        byte[] pss = withFiles(DATA, "--sign", "--mechanism", "SHA256-RSA-PKCS-PSS", "--salt-len", "32", "--id", id);
        assertThat(verifies("RSASSA-PSS", publicKey, PSS, pss)).isTrue();
        byte[] ofPkcs1 = encrypt("RSA/ECB/PKCS1Padding", publicKey, null);
        assertThat(withFiles(ofPkcs1, "--decrypt", "--mechanism", "RSA-PKCS", "--id", id))
                .isEqualTo(DATA);
        byte[] ofOaep = encrypt("RSA/ECB/OAEPPadding", publicKey, OAEP);
        assertThat(withFiles(
                        ofOaep,
                        "--decrypt",
                        "--mechanism",
                        "RSA-PKCS-OAEP",
                        "--hash-algorithm",
                        "SHA256",
                        "--mgf",
                        "MGF1-SHA256",
                        "--id",
                        id))
                .isEqualTo(DATA);
    }

    @Test
    void rsaKeysAndCertificatesOfEitherSideAreUsedByBoth() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            KeyPair ours = rsa(member, "made-here", 2048, (byte) 0x0A);
            openSc.pkcs11("--keypairgen", "--key-type", "rsa:2048", "--id", "0b", "--label", "made-there")
                    .succeeded();
            KeyStore keyStore = member.keyStore();
            assertThat(Collections.list(keyStore.aliases())).containsExactly("made-here", "made-there");
            PublicKey theirs = keyStore.getCertificate("made-there").getPublicKey();
            assertBothUse(member, ours.getPrivate(), ours.getPublic(), "0a");
            assertBothUse(member, (PrivateKey) keyStore.getKey("made-there", null), theirs, "0b");

            Pki pki = Pki.create();
            X509Certificate ofOurs = pki.issue("Made here", ours.getPublic());
            keyStore.setKeyEntry("made-here", ours.getPrivate(), null, pki.chain(ofOurs));
            X509Certificate ofTheirs = pki.issue("Made there", theirs);
            Path file = Files.write(folder.resolve("theirs.der"), ofTheirs.getEncoded());
            openSc.pkcs11("--write-object", file.toString(), "--type", "cert", "--id", "0b", "--label", "made-there")
                    .succeeded();
            KeyStore again = member.keyStore();
            assertThat(again.getCertificateChain("made-there")).containsExactly(pki.chain(ofTheirs));
            Path read = folder.resolve("ours.der");
            openSc.pkcs11("--read-object", "--type", "cert", "--id", "0a", "--output-file", read.toString())
                    .succeeded();
            assertThat(Files.readAllBytes(read)).isEqualTo(ofOurs.getEncoded());
            assertBothUse(member, ours.getPrivate(), ours.getPublic(), "0a");
            assertBothUse(member, (PrivateKey) again.getKey("made-there", null), theirs, "0b");
        }
    }

    @Test
    void openScsOwnTestEndsWithoutErrorsForKeysThatEitherMade() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            rsa(member, "rsa-here", 2048, (byte) 0x01);
            ec(member, "secp256r1", (byte) 0x02);
            openSc.pkcs11("--keypairgen", "--key-type", "rsa:1024", "--id", "03", "--label", "rsa-there")
                    .succeeded();
            openSc.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "04", "--label", "ec-there")
                    .succeeded();

            openSc.pkcs11("--test")
                    .succeeded()
                    .says("rsa-here", "rsa-there", "secp256r1", "ec-there", "RSA-PKCS-OAEP", "No errors");
        }
    }

    @Test
    void keysOnEveryCurveThatOpenScKnowsAreUsedByBoth() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            byte id = 1;
            for (String curve : CURVES) {
                String theirId = HexFormat.of().toHexDigits((byte) (id + 0x40));
                openSc.pkcs11("--keypairgen", "--key-type", "EC:" + curve, "--id", theirId, "--label", "of-" + curve)
                        .succeeded();
                KeyPair ours = ec(member, curve, id);
                assertThat(Pki.verifies(
                                "SHA256withECDSA",
                                ours.getPublic(),
                                DATA,
                                openSc.sign(new byte[] {id}, truncated(curve), folder)))
                        .as("ours on %s by OpenSC", curve)
                        .isTrue();
                id++;
            }
            KeyStore keyStore = member.keyStore();
            for (String curve : CURVES) {
                PublicKey publicKey = keyStore.getCertificate("of-" + curve).getPublicKey();
                byte[] signed =
                        sign(member, "SHA256withECDSA", (PrivateKey) keyStore.getKey("of-" + curve, null), null);
                assertThat(Pki.verifies("SHA256withECDSA", publicKey, DATA, signed))
                        .as("theirs on %s by us", curve)
                        .isTrue();
            }
        }
    }

    /** pkcs11-tool passes a hash on as it is, and the device takes none that is longer than the curve's order. */
    private static byte[] truncated(String curve) throws Exception {
        byte[] hash = sha256();
        return curve.contains("192")
                ? java.util.Arrays.copyOf(hash, 24)
                : curve.contains("224") ? java.util.Arrays.copyOf(hash, 28) : hash;
    }

    @Test
    void ecdhOfEitherSideGivesTheSameSecret() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            byte id = 1;
            for (String curve : List.of("secp256r1", "secp384r1", "brainpoolP256r1")) {
                KeyPair ours = ec(member, curve, id);
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
                generator.initialize(new ECGenParameterSpec(curve));
                KeyPair peer = generator.generateKeyPair();
                KeyAgreement agreement = KeyAgreement.getInstance("ECDH", member.provider());
                agreement.init(ours.getPrivate());
                agreement.doPhase(peer.getPublic(), true);

                byte[] derived = withFiles(
                        peer.getPublic().getEncoded(),
                        "--derive",
                        "--mechanism",
                        "ECDH1-DERIVE",
                        "--id",
                        HexFormat.of().toHexDigits(id));

                assertThat(derived).as(curve).isEqualTo(agreement.generateSecret());
                id++;
            }
        }
    }

    // PINs

    private static Program.Result pkcs11(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("pkcs11-tool", "--slot", "0"));
        all.addAll(List.of(command));
        return Program.run(all, Map.of());
    }

    @Test
    void pinThatWeBlockedIsUnblockedBySecurityOfficerInOpenSc() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            KeyPair pair = ec(member, "secp256r1", (byte) 1);
            KeyStore keyStore = KeyStore.getInstance(
                    "SCHSM",
                    new SchsmProvider().configure(bench.source().reader().configuration("pcsc")));
            for (String wrong : List.of("999991", "999992", "999993")) {
                assertThatThrownBy(() -> keyStore.load(null, wrong.toCharArray()))
                        .isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(UnrecoverableKeyException.class);
            }
            assertThatThrownBy(() -> keyStore.load(null, member.pin()))
                    .hasRootCauseInstanceOf(PinException.class)
                    .satisfies(reported -> assertThat(reported)
                            .rootCause()
                            .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED"));
            openSc.scHsmTool().succeeded().says("User PIN locked");

            pkcs11("--login", "--login-type", "so", "--so-pin", OpenSc.SO_PIN, "--init-pin", "--new-pin", NEW_PIN)
                    .succeeded()
                    .says("User PIN successfully initialized");

            openSc.scHsmTool().succeeded().says("User PIN tries left  : 3");
            keyStore.load(null, NEW_PIN.toCharArray());
            assertThat(keyStore.size()).isEqualTo(1);
            pkcs11("--login", "--pin", NEW_PIN, "--change-pin", "--new-pin", OpenSc.PIN)
                    .succeeded();
            member.keyStore();
            OpenScTest.assertSigns(member, pair.getPrivate(), pair.getPublic());
        }
    }

    @Test
    void pinThatOpenScBlockedIsUnblockedByUs() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            SchsmDevice device = SchsmDevice.of(member.keyStore());
            KeyPair pair = ec(member, "secp256r1", (byte) 1);
            for (int i = 0; i < 3; i++) {
                pkcs11("--login", "--pin", "999999", "--list-objects").failed();
            }
            openSc.scHsmTool().succeeded().says("User PIN locked");

            device.administration().unblock(OpenSc.SO_PIN.toCharArray(), NEW_PIN.toCharArray());

            pkcs11("--login", "--pin", NEW_PIN, "--list-objects").succeeded().says("secp256r1");
            KeyStore.getInstance("SCHSM", member.provider()).load(null, NEW_PIN.toCharArray());
            OpenScTest.assertSigns(member, pair.getPrivate(), pair.getPublic());
        }
    }

    // Data objects

    @Test
    void dataObjectsOfEitherSideAreReadByTheOther() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            SchsmDevice device = SchsmDevice.of(member.keyStore());
            byte[] content = "written there".getBytes(StandardCharsets.UTF_8);
            Path file = Files.write(folder.resolve("content"), content);
            for (String way : List.of("public", "private")) {
                List<String> command = new ArrayList<>(List.of(
                        "--write-object",
                        file.toString(),
                        "--type",
                        "data",
                        "--label",
                        "there-" + way,
                        "--application-label",
                        "their program"));
                if (way.equals("private")) {
                    command.add("--private");
                }
                openSc.pkcs11(command.toArray(String[]::new)).succeeded();
            }
            device.storeData(DataObject.of("here-public", false), DATA);
            device.storeData(DataObject.of("here-private", true), DATA);

            List<DataObject> listed = SchsmDevice.of(member.keyStore()).dataObjects();
            assertThat(listed)
                    .extracting(DataObject::label)
                    .containsExactlyInAnyOrder("there-public", "there-private", "here-public", "here-private");
            for (DataObject object : listed) {
                boolean theirs = object.label().startsWith("there");
                assertThat(object.pinProtected())
                        .as(object.label())
                        .isEqualTo(object.label().endsWith("private"));
                assertThat(device.readData(object)).as(object.label()).isEqualTo(theirs ? content : DATA);
                Path out = folder.resolve(object.label());
                openSc.pkcs11(
                                "--read-object",
                                "--type",
                                "data",
                                "--label",
                                object.label(),
                                "--output-file",
                                out.toString())
                        .succeeded();
                assertThat(Files.readAllBytes(out)).as(object.label()).isEqualTo(theirs ? content : DATA);
                device.deleteData(object);
            }
            openSc.pkcs11("--list-objects", "--type", "data")
                    .succeeded()
                    .doesNotSay("there-public", "here-public", "here-private");
        }
    }
}
