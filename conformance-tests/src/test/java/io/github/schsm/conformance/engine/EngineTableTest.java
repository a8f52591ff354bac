// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.CvcPathParameters;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.conformance.bench.Backend;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.mechanism.EngineKind;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.jcajce.spec.UserKeyingMaterialSpec;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the mechanism table is tried on this backend: what comes out is right, or it is refused by an exception of
 * ours; and which of the two is what CAPABILITIES.md says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OnBenches({BenchKind.SIMULATOR, BenchKind.SOFTHSM, BenchKind.OPENSC})
@Tag("jdk")
class EngineTableTest {
    private static final byte[] DATA = "tried on every backend".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SHA256 = sha256();

    @Parameter
    private BenchKind kind;

    private Bench bench;
    private Provider provider;
    private KeyPair ec;
    private KeyPair rsa;
    private SecretKey aes;
    private Group group;

    /** Opens the bench and makes a key of each kind. */
    @BeforeParameterizedClassInvocation
    void openBench() throws Exception {
        bench = kind.open();
        group = null;
        bench.source().keyStore();
        provider = bench.source().provider();
        ec = pair("EC", SchsmKeySpec.builder("ec").build());
        rsa = pair("RSA", SchsmKeySpec.builder("rsa").keySize(2048).build());
        aes = bench.keyImport().importAes("aes", SHA256);
    }

    /** Clears the bench. */
    @AfterParameterizedClassInvocation
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    static Stream<Named<Mechanism>> rows() {
        return MechanismTable.all().stream().map(row -> Named.of(EngineTable.engine(row), row));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void anEngineDoesOnThisBackendWhatTheTableSays(Mechanism row) throws Exception {
        assertThat(observe(row)).isEqualTo(EngineTable.of(bench.backend()).get(EngineTable.engine(row)));
    }

    @Test
    void theTableHasARowForEachEngineInTheirOrder() throws Exception {
        assertThat(EngineTable.of(bench.backend()).keySet())
                .containsExactlyElementsOf(rows().map(Named::getName).toList());
    }

    private String observe(Mechanism row) {
        try {
            attempt(row);
            return EngineTable.YES;
        } catch (Exception refused) {
            assertThat(Backend.sentence(refused))
                    .as("%s %s", row.type(), row.name())
                    .isNotBlank();
            return EngineTable.REFUSED;
        }
    }

    private void attempt(Mechanism row) throws Exception {
        String name = row.name();
        switch (row.type()) {
            case "KeyStore" -> {
                KeyStore keyStore = KeyStore.getInstance(name, provider);
                keyStore.load(null, bench.source().pin());
                if (row.engine() == EngineKind.MEMORY_KEY_STORE) {
                    keyStore.setEntry("aes", new KeyStore.SecretKeyEntry(aes), null);
                    assertThat(keyStore.getKey("aes", null)).isSameAs(aes);
                } else {
                    assertThat(keyStore.isKeyEntry("ec")).isTrue();
                }
            }
            case "Signature" -> assertThat(signs(name)).as(name).isTrue();
            case "Cipher" -> crypt(name);
            case "KeyAgreement" -> agree(name);
            case "Mac" -> mac(name);
            case "KeyPairGenerator" ->
                assertThat(pair(name, SchsmKeySpec.builder("made").build())
                                .getPublic()
                                .getAlgorithm())
                        .isEqualTo(name);
            case "KeyGenerator" -> {
                KeyGenerator generator = KeyGenerator.getInstance(name, provider);
                generator.init(SchsmKeySpec.builder("made-aes").keySize(256).build());
                assertThat(generator.generateKey().getAlgorithm()).isEqualTo(name);
            }
            case "KeyFactory" -> {
                KeyPair pair = name.equals("EC") ? ec : rsa;
                assertThat(KeyFactory.getInstance(name, provider).translateKey(pair.getPrivate()))
                        .isEqualTo(pair.getPrivate());
            }
            case "SecretKeyFactory" -> secrets(name);
            case "CertificateFactory", "CertPathValidator" -> followsAChain();
            case "SecureRandom" -> {
                byte[] bytes = new byte[40];
                SecureRandom.getInstance(name, provider).nextBytes(bytes);
                assertThat(bytes).isNotEqualTo(new byte[40]);
            }
            default -> throw new AssertionError("nobody tries a " + row.type());
        }
    }

    private KeyPair pair(String algorithm, SchsmKeySpec spec) throws Exception {
        return Group.generatePair(provider, algorithm, spec);
    }

    private static byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(DATA);
        } catch (java.security.NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private boolean signs(String name) throws Exception {
        KeyPair pair = name.contains("RSA") ? rsa : ec;
        Signature signature = Signature.getInstance(name, provider);
        byte[] input = DATA;
        String verifiedAs = name;
        if (name.equals("RSASSA-PSS")) {
            signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            verifiedAs = "SHA256withRSAandMGF1";
        } else if (name.equals("NONEwithRSA")) {
            input = new DigestInfo(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE), SHA256)
                    .getEncoded();
            verifiedAs = "SHA256withRSA";
        } else if (name.startsWith("NONE")) {
            input = SHA256;
            verifiedAs = name.replace("NONE", "SHA256");
        }
        signature.initSign(pair.getPrivate());
        signature.update(input);
        return Pki.verifies(verifiedAs, pair.getPublic(), DATA, signature.sign());
    }

    private Group group() throws Exception {
        if (group == null) {
            group = Group.of(bench);
        }
        return group;
    }

    private void crypt(String name) throws Exception {
        if (name.equals("XKEK")) {
            Group.Keks keks = group().agree();
            KeyPair movable = group.source()
                    .generate(SchsmKeySpec.builder("movable")
                            .domain(group.source().domain())
                            .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                            .build());
            Cipher cipher = Cipher.getInstance(name, group.source().provider());
            cipher.init(Cipher.WRAP_MODE, keks.source());
            byte[] wrapped = cipher.wrap(movable.getPrivate());
            Cipher back = Cipher.getInstance(name, group.target().provider());
            back.init(Cipher.UNWRAP_MODE, keks.target());
            assertThat(back.unwrap(wrapped, "EC", Cipher.PRIVATE_KEY).getAlgorithm())
                    .isEqualTo("EC");
            return;
        }
        Cipher ours = Cipher.getInstance(name, provider);
        OAEPParameterSpec sha3 = null;
        if (name.contains("SHA3")) {
            // Not a padding that SunJCE has by name.
            String hash = name.substring(name.indexOf("SHA3"), name.indexOf("And"));
            sha3 = new OAEPParameterSpec(hash, "MGF1", MGF1ParameterSpec.SHA1, PSource.PSpecified.DEFAULT);
        }
        Cipher theirs = Cipher.getInstance(sha3 == null ? name : "RSA/ECB/OAEPPadding", "SunJCE");
        if (name.startsWith("AES")) {
            byte[] blocks = Arrays.copyOf(DATA, 64);
            IvParameterSpec iv = new IvParameterSpec(Arrays.copyOf(SHA256, 16));
            theirs.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(SHA256, "AES"), iv);
            byte[] expected = theirs.doFinal(blocks);
            ours.init(Cipher.ENCRYPT_MODE, aes, iv);
            assertThat(ours.doFinal(blocks)).as(name).isEqualTo(expected);
            ours.init(Cipher.DECRYPT_MODE, aes, iv);
            assertThat(ours.doFinal(expected)).as(name).isEqualTo(blocks);
            return;
        }
        theirs.init(Cipher.ENCRYPT_MODE, rsa.getPublic(), sha3);
        byte[] encrypted = theirs.doFinal(DATA);
        ours.init(Cipher.DECRYPT_MODE, rsa.getPrivate());
        byte[] decrypted = ours.doFinal(encrypted);
        // Without padding it is the number, as long as the modulus.
        assertThat(Arrays.copyOfRange(decrypted, decrypted.length - DATA.length, decrypted.length))
                .as(name)
                .isEqualTo(DATA);
    }

    private void agree(String name) throws Exception {
        if (name.equals("ECDH_XKEK")) {
            Group.Keks keks = group().agree();
            assertThat(keks.source().getAlgorithm()).isEqualTo("XKEK");
            return;
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair peer = generator.generateKeyPair();
        KeyAgreement theirs = KeyAgreement.getInstance(name, Pki.BC);
        KeyAgreement ours = KeyAgreement.getInstance(name, provider);
        if (name.equals("ECDH")) {
            theirs.init(peer.getPrivate());
            ours.init(ec.getPrivate());
        } else {
            UserKeyingMaterialSpec material = new UserKeyingMaterialSpec(DATA);
            theirs.init(peer.getPrivate(), material);
            ours.init(ec.getPrivate(), material);
        }
        theirs.doPhase(Pki.publicKey(ec.getPublic()), true);
        ours.doPhase(peer.getPublic(), true);
        if (name.equals("ECDH")) {
            assertThat(ours.generateSecret()).isEqualTo(theirs.generateSecret());
        } else {
            assertThat(ours.generateSecret("AES").getEncoded())
                    .hasSize(32)
                    .isEqualTo(theirs.generateSecret("AES").getEncoded());
        }
    }

    private void mac(String name) throws Exception {
        Mac mac = Mac.getInstance(name, provider);
        mac.init(aes);
        CMac expected = new CMac(AESEngine.newInstance());
        expected.init(new KeyParameter(SHA256));
        expected.update(DATA, 0, DATA.length);
        byte[] out = new byte[16];
        expected.doFinal(out, 0);
        assertThat(mac.doFinal(DATA)).as(name).isEqualTo(out);
    }

    private void secrets(String name) throws Exception {
        SecretKeyFactory factory = SecretKeyFactory.getInstance(name, provider);
        if (name.equals("AES")) {
            assertThat(factory.translateKey(aes)).isEqualTo(aes);
        } else {
            assertThat(factory.generateSecret(new Sp80056cKeySpec(aes, DATA, "AES"))
                            .getEncoded())
                    .hasSize(32);
        }
    }

    /** A simulated device's, whatever the backend: these engines use no token. */
    private void followsAChain() throws Exception {
        try (SimulatorBench other = new SimulatorBench()) {
            other.source().keyStore();
            PublicKey attested = Group.generatePair(
                            other.source().provider(),
                            SchsmKeySpec.builder("attested").build())
                    .getPublic();
            List<? extends Certificate> chain = ((AttestedPublicKey) attested).chain();
            CertificateFactory factory = CertificateFactory.getInstance("CVC", provider);
            assertThat(factory.generateCertificate(
                            new ByteArrayInputStream(chain.get(0).getEncoded())))
                    .isEqualTo(chain.get(0));
            assertThat(CertPathValidator.getInstance("CVC", provider)
                            .validate(
                                    factory.generateCertPath(chain),
                                    CvcPathParameters.of(DeviceTrust.parse("simulator"))))
                    .isNotNull();
        }
    }
}
