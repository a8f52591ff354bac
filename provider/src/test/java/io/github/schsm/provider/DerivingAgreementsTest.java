// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.bouncycastle.jcajce.spec.UserKeyingMaterialSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agreements that derive keys, plain ECDSA under its other names, and RSA keys for PSS only, compared with Bouncy Castle. */
@Tag("jdk")
class DerivingAgreementsTest {
    private static final byte[] MATERIAL = {9, 8, 7};
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();

    private static SchsmProvider provider;
    private static KeyPair own;
    private static KeyPair peer;

    @BeforeAll
    static void makeKeys() throws Exception {
        provider = (SchsmProvider) new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM800231");
        KeyStore.getInstance("SCHSM", provider).load(null, "648219".toCharArray());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder("agreeing")
                .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                .build());
        own = generator.generateKeyPair();
        peer = software("brainpoolP256r1");
    }

    @AfterAll
    static void close() {
        provider.close();
    }

    private static KeyPair software(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyAgreement agreed(String name, AlgorithmParameterSpec material) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance(name, provider);
        agreement.init(own.getPrivate(), material);
        agreement.doPhase(peer.getPublic(), true);
        return agreement;
    }

    private static SecretKey theirs(String name, String key) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance(name, BC);
        agreement.init(peer.getPrivate(), new UserKeyingMaterialSpec(MATERIAL));
        PublicKey plain = java.security.KeyFactory.getInstance("EC", BC)
                .generatePublic(new java.security.spec.X509EncodedKeySpec(
                        own.getPublic().getEncoded()));
        agreement.doPhase(plain, true);
        return agreement.generateSecret(key);
    }

    /** Each key that messages ask for, by its identifier. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2.16.840.1.101.3.4.1.5",
                "2.16.840.1.101.3.4.1.25",
                "2.16.840.1.101.3.4.1.45",
                "2.16.840.1.101.3.4.1.46",
                "1.2.840.113549.1.9.16.3.6",
                "1.2.840.113549.2.9",
                "1.2.392.200011.61.1.1.3.3",
                "1.2.410.200004.7.1.1.1"
            })
    void keysOfEachLengthAreThoseOfBouncyCastle(String identifier) throws Exception {
        for (String name : List.of("ECDHWITHSHA256KDF", "ECCDHWITHSHA512CKDF")) {
            SecretKey ours = agreed(name, new UserKeyingMaterialSpec(MATERIAL)).generateSecret(identifier);
            SecretKey expected = theirs(name, identifier);
            assertThat(ours.getAlgorithm()).isEqualTo(expected.getAlgorithm());
            byte[] key = expected.getEncoded();
            // Bouncy Castle sets the parity bits of DES keys, which nothing looks at
            assertThat(withoutParity(ours)).isEqualTo(withoutParity(expected)).hasSize(key.length);
        }
    }

    private static byte[] withoutParity(SecretKey key) {
        byte[] bytes = key.getEncoded();
        if (key.getAlgorithm().startsWith("DES")) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= (byte) 0xFE;
            }
        }
        return bytes;
    }

    /** A program's Bouncy Castle may come from a class loader of its own. */
    public static final class OtherLoader extends ClassLoader {
        OtherLoader() {
            super(OtherLoader.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.endsWith(".UserKeyingMaterialSpec")) {
                return super.loadClass(name, resolve);
            }
            try (java.io.InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (java.io.IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }

    @Test
    void keyingMaterialOfAnotherClassLoaderIsTaken() throws Exception {
        Class<?> spec = new OtherLoader().loadClass(UserKeyingMaterialSpec.class.getName());
        assertThat(spec).isNotSameAs(UserKeyingMaterialSpec.class);
        AlgorithmParameterSpec foreign =
                (AlgorithmParameterSpec) spec.getConstructor(byte[].class).newInstance((Object) MATERIAL);

        assertThat(agreed("ECDHWITHSHA256KDF", foreign).generateSecret("AES"))
                .isEqualTo(theirs("ECDHWITHSHA256KDF", "AES"));
    }

    @Test
    void whatCannotBeDerivedIsSaid() throws Exception {
        assertThatThrownBy(() -> agreed("ECDHWITHSHA256KDF", null).generateSecret("Whatever"))
                .isInstanceOf(NoSuchAlgorithmException.class)
                .hasMessageContainingAll("Whatever", "AES", "2.16.840.1.101.3.4.1.5");
        assertThatThrownBy(() -> agreed("ECDHWITHSHA256KDF", null).generateSecret())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("generateSecret with a name", "ECDH");
        assertThatThrownBy(() -> agreed("ECDHWITHSHA256KDF", null).generateSecret(new byte[99], 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> agreed("ECDHWITHSHA256KDF", new IvParameterSpec(new byte[16])))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContainingAll("UserKeyingMaterialSpec", "IvParameterSpec");
        KeyAgreement agreement = KeyAgreement.getInstance("ECDHWITHSHA256KDF", provider);
        agreement.init(own.getPrivate());
        PublicKey elsewhere = software("secp256r1").getPublic();
        assertThatThrownBy(() -> agreement.doPhase(elsewhere, true))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("brainpoolP256r1");
        assertThatThrownBy(() -> agreement.generateSecret("AES"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("doPhase");
    }

    /** A key in software, by the side that has the agreement. */
    @Test
    void aSoftwareKeyIsLeftToBouncyCastle() throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("1.3.132.1.11.1", provider);
        agreement.init(peer.getPrivate(), new UserKeyingMaterialSpec(MATERIAL));
        agreement.doPhase(own.getPublic(), true);

        assertThat(agreement.generateSecret("AES")).isEqualTo(theirs("ECDHWITHSHA256KDF", "AES"));
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withPLAIN-ECDSA, SHA256withPLAIN-ECDSA",
        "SHA384WITHCVC-ECDSA, SHA384WITHCVC-ECDSA",
        "0.4.0.127.0.7.1.1.4.1.5, SHA512withPLAIN-ECDSA",
        "0.4.0.127.0.7.1.1.4.1.9, SHA3-256withPLAIN-ECDSA",
        "0.4.0.127.0.7.2.2.2.2.3, SHA256withCVC-ECDSA"
    })
    void plainSignaturesGoByTheirOtherNames(String name, String theirs) throws Exception {
        Signature signature = Signature.getInstance(name, provider);
        signature.initSign(own.getPrivate());
        signature.update(MATERIAL);
        byte[] made = signature.sign();

        assertThat(made).hasSize(64);
        for (Signature verifier : List.of(Signature.getInstance(name, provider), Signature.getInstance(theirs, BC))) {
            verifier.initVerify(java.security.KeyFactory.getInstance("EC", BC)
                    .generatePublic(new java.security.spec.X509EncodedKeySpec(
                            own.getPublic().getEncoded())));
            verifier.update(MATERIAL);
            assertThat(verifier.verify(made)).as(verifier.toString()).isTrue();
        }
    }

    // RSA keys for PSS

    private static KeyPair pss(SchsmKeySpec.Builder spec) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS", provider);
        generator.initialize(spec.keySize(1024).build());
        return generator.generateKeyPair();
    }

    @Test
    void aKeyForPssSignsWithPssAndNothingElse() throws Exception {
        KeyPair pair = pss(SchsmKeySpec.builder("pss"));

        assertThat(pair.getPublic().getAlgorithm()).isEqualTo("RSASSA-PSS");
        assertThat(pair.getPrivate().getAlgorithm()).isEqualTo("RSASSA-PSS");
        assertThat(((SchsmPrivateKey) pair.getPrivate()).details().allows(KeyAlgorithm.RSA_PKCS1))
                .isFalse();
        assertThat(((SchsmPrivateKey) pair.getPrivate()).attestation()).isNotNull();
        PSSParameterSpec parameters = new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.setParameter(parameters);
        signature.initSign(pair.getPrivate());
        signature.update(MATERIAL);
        byte[] made = signature.sign();
        Signature verifier = Signature.getInstance("RSASSA-PSS", "SunRsaSign");
        verifier.setParameter(parameters);
        verifier.initVerify(pair.getPublic());
        verifier.update(MATERIAL);
        assertThat(verifier.verify(made)).isTrue();
        assertThatThrownBy(
                        () -> Signature.getInstance("SHA256withRSA", provider).initSign(pair.getPrivate()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("RSA_PSS");
        assertThatThrownBy(() -> {
                    javax.crypto.Cipher cipher = javax.crypto.Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
                    cipher.init(javax.crypto.Cipher.DECRYPT_MODE, pair.getPrivate());
                })
                .isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void aListOfMoreThanPssIsRefusedAndOneThatLetsTheKeyMoveIsNot() throws Exception {
        assertThatThrownBy(() -> pss(SchsmKeySpec.builder("no").allow(KeyAlgorithm.RSA_PSS, KeyAlgorithm.RSA_RAW)))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContainingAll("RSA_RAW", "RSASSA-PSS");
        KeyPair moving = pss(SchsmKeySpec.builder("moving").allow(KeyAlgorithm.RSA_PSS, KeyAlgorithm.WRAP));
        assertThat(((SchsmPrivateKey) moving.getPrivate()).details().lists(KeyAlgorithm.WRAP))
                .isTrue();
    }
}
