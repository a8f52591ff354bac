// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The RSA engines against the JDK's and Bouncy Castle's, each way; what is between program and device is the bench's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.DOMAIN, BenchKind.SOFTHSM},
        repeated = {BenchKind.SECURE_CHANNEL, BenchKind.RAM, BenchKind.PCSC, BenchKind.OPENSC})
@Tag("jdk")
class RsaTest {
    private static final byte[] DATA = "some data to be signed".getBytes(StandardCharsets.UTF_8);
    private static final List<String> HASHES = List.of("SHA1", "SHA224", "SHA256", "SHA384", "SHA512");
    private static final List<String> PADDING_HASHES = List.of(
            "SHA-1",
            "SHA-224",
            "SHA-256",
            "SHA-384",
            "SHA-512",
            "SHA-512/224",
            "SHA-512/256",
            "SHA3-224",
            "SHA3-256",
            "SHA3-384",
            "SHA3-512");

    @Parameter
    private BenchKind kind;

    private Bench bench;
    private Provider provider;
    private KeyPair small;
    private KeyPair usual;

    /** Opens the bench and generates the keys that the tests share. */
    @BeforeParameterizedClassInvocation
    void openBench() throws Exception {
        bench = kind.open();
        bench.source().keyStore();
        provider = bench.source().provider();
        small = generate("small", 1024);
        usual = generate("usual", 2048);
    }

    /** Clears the bench. */
    @AfterParameterizedClassInvocation
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    private KeyPair generate(String label, int bits, KeyAlgorithm... allowed) throws Exception {
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label).keySize(bits);
        if (allowed.length > 0) {
            spec.allow(allowed);
        }
        return generate(spec.build());
    }

    private KeyPair generate(AlgorithmParameterSpec spec) throws Exception {
        return Group.generatePair(provider, "RSA", spec);
    }

    // Generation

    @Test
    void everySizeIsGeneratedWithItsExponentAndSignsAndDecrypts() throws Exception {
        for (int bits : new int[] {1536, 3072, 4096}) {
            RSAKeyGenParameterSpec parameters = new RSAKeyGenParameterSpec(
                    bits, bits == 1536 ? RSAKeyGenParameterSpec.F0 : RSAKeyGenParameterSpec.F4);
            SchsmKeySpec.Builder spec = SchsmKeySpec.builder("rsa-" + bits).parameters(parameters);
            KeyPair pair = generate((has(Ability.ALGORITHM_LISTS) ? spec.allow(KeyAlgorithm.ALL) : spec).build());

            RSAPublicKey publicKey = (RSAPublicKey) pair.getPublic();
            assertThat(publicKey.getModulus().bitLength()).isEqualTo(bits);
            assertThat(publicKey.getPublicExponent()).isEqualTo(parameters.getPublicExponent());
            assertThat(((RSAKey) pair.getPrivate()).getModulus()).isEqualTo(publicKey.getModulus());
            assertThat(pair.getPrivate().getAlgorithm()).isEqualTo("RSA");
            assertThat(pair.getPrivate().getEncoded()).isNull();
            assertThat(Pki.verifies("SHA512withRSA", pair.getPublic(), DATA, sign("SHA512withRSA", pair)))
                    .isTrue();
            PSSParameterSpec pss = new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1);
            assertThat(pssVerifies("SunRsaSign", pss, pair.getPublic(), pssSign(pss, pair)))
                    .isTrue();
            assertThat(decrypt("RSA/ECB/PKCS1Padding", null, pair, encrypt("RSA/ECB/PKCS1Padding", null, pair, DATA)))
                    .isEqualTo(DATA);
        }
    }

    @Test
    void plainParametersAndSizesGenerateToo() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(1024);
        KeyPair bySize = generator.generateKeyPair();
        assertThat(((RSAPublicKey) bySize.getPublic()).getPublicExponent()).isEqualTo(RSAKeyGenParameterSpec.F4);
        KeyPair bySpec = generate(new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F0));
        assertThat(((RSAPublicKey) bySpec.getPublic()).getPublicExponent()).isEqualTo(RSAKeyGenParameterSpec.F0);

        for (int bits : new int[] {0, 512, 2047, 8192}) {
            assertThatThrownBy(() -> generator.initialize(bits))
                    .isInstanceOf(InvalidParameterException.class)
                    .hasMessageContainingAll("not of " + bits, "3072");
        }
        for (AlgorithmParameterSpec wrong : List.of(
                new RSAKeyGenParameterSpec(2048, java.math.BigInteger.TWO),
                new RSAKeyGenParameterSpec(2048, java.math.BigInteger.ONE),
                new RSAKeyGenParameterSpec(
                        2048, java.math.BigInteger.ONE.shiftLeft(64).setBit(0)),
                new RSAKeyGenParameterSpec(768, RSAKeyGenParameterSpec.F4),
                new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4, PSSParameterSpec.DEFAULT),
                new java.security.spec.ECGenParameterSpec("secp256r1"),
                SchsmKeySpec.builder("x").keySize(1000).build())) {
            assertThatThrownBy(() -> generator.initialize(wrong))
                    .isInstanceOf(InvalidAlgorithmParameterException.class)
                    .hasMessageMatching("(?s).{20,}");
        }
    }

    // Signatures with PKCS#1 v1.5 padding

    private byte[] sign(String algorithm, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance(algorithm, provider);
        signature.initSign(pair.getPrivate());
        signature.update(DATA);
        return signature.sign();
    }

    @Test
    void pkcs1SignaturesAreThoseThatOthersVerify() throws Exception {
        for (KeyPair pair : List.of(small, usual)) {
            for (String hash : HASHES) {
                String name = hash + "withRSA";
                Signature signature = Signature.getInstance(name, provider);
                signature.initSign(pair.getPrivate());
                signature.update(DATA);
                byte[] first = signature.sign();
                signature.update(DATA, 0, 4);
                signature.update(DATA[4]);
                signature.update(ByteBuffer.wrap(DATA, 5, DATA.length - 5));
                byte[] second = signature.sign();

                assertThat(second).as("%s is deterministic", name).isEqualTo(first);
                assertThat(Pki.verifies(name, pair.getPublic(), DATA, first)).isTrue();
                assertThat(Pki.verifies(name, pair.getPublic(), new byte[1], first))
                        .isFalse();
                Signature sun = Signature.getInstance(name, "SunRsaSign");
                sun.initVerify(pair.getPublic());
                sun.update(DATA);
                assertThat(sun.verify(first)).as(name).isTrue();
            }
        }
    }

    @Test
    void noneWithRsaPadsTheDigestInfoThatItIsGiven() throws Exception {
        byte[] digestInfo = new DigestInfo(
                        new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE),
                        MessageDigest.getInstance("SHA-256").digest(DATA))
                .getEncoded();
        Signature none = Signature.getInstance("NONEwithRSA", provider);
        none.initSign(small.getPrivate());
        assertThatThrownBy(none::sign).isInstanceOf(SignatureException.class).hasMessageContaining("no DigestInfo");
        assertThatThrownBy(() -> none.update(new byte[118]))
                .isInstanceOf(SignatureException.class)
                .hasMessageContainingAll("117", "118");
        none.update(digestInfo);
        assertThat(none.sign()).isEqualTo(sign("SHA256withRSA", small));
        none.update(new byte[117]);
        assertThat(none.sign()).hasSize(128);
    }

    // RSASSA-PSS

    private byte[] pssSign(PSSParameterSpec parameters, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.setParameter(parameters);
        signature.initSign(pair.getPrivate());
        signature.update(DATA);
        return signature.sign();
    }

    private static boolean pssVerifies(String by, PSSParameterSpec parameters, PublicKey key, byte[] signed)
            throws Exception {
        Signature verifier =
                by.equals("BC") ? Signature.getInstance("RSASSA-PSS", Pki.BC) : Signature.getInstance("RSASSA-PSS", by);
        verifier.setParameter(parameters);
        verifier.initVerify(by.equals("BC") ? Pki.publicKey(key) : key);
        verifier.update(DATA);
        return verifier.verify(signed);
    }

    private static PSSParameterSpec pss(String hash, String mgfHash, int salt) {
        return new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(mgfHash), salt, 1);
    }

    private static Stream<String> paddingHashes() {
        return PADDING_HASHES.stream();
    }

    @ParameterizedTest
    @MethodSource("paddingHashes")
    void pssWithEveryParameterSetVerifiesElsewhere(String hash) throws Exception {
        int length = MessageDigest.getInstance(hash).getDigestLength();
        for (String mgfHash : List.of(hash, "SHA-1", "SHA-256", "SHA-512/224", "SHA3-512")) {
            for (int salt : new int[] {0, 1, 20, length, 256 - 2 - length}) {
                PSSParameterSpec parameters = pss(hash, mgfHash, salt);
                byte[] signed = pssSign(parameters, usual);
                assertThat(pssVerifies("SunRsaSign", parameters, usual.getPublic(), signed))
                        .as("%s", parameters)
                        .isTrue();
                // Bouncy Castle has one hash for both, and not these two.
                if (hash.equals(mgfHash) && !hash.startsWith("SHA-512/")) {
                    assertThat(pssVerifies("BC", parameters, usual.getPublic(), signed))
                            .as("BC, %s", parameters)
                            .isTrue();
                }
                assertThat(pssVerifies(
                                "SunRsaSign", pss(hash, mgfHash, salt == 0 ? 1 : salt - 1), usual.getPublic(), signed))
                        .isFalse();
            }
        }
    }

    @Test
    void pssByTheNameOfItsHashIsPssWithTheUsualParameters() throws Exception {
        for (String hash : HASHES.subList(0, 3)) {
            Signature signature = Signature.getInstance(hash + "withRSAandMGF1", provider);
            signature.initSign(small.getPrivate());
            signature.update(DATA);
            byte[] signed = signature.sign();
            PSSParameterSpec parameters = signature.getParameters().getParameterSpec(PSSParameterSpec.class);
            assertThat(Pki.verifies(hash + "withRSAandMGF1", small.getPublic(), DATA, signed))
                    .isTrue();
            assertThat(pssVerifies("SunRsaSign", parameters, small.getPublic(), signed))
                    .isTrue();
            assertThatThrownBy(() -> signature.setParameter(pss("SHA-384", "SHA-384", 0)))
                    .isInstanceOf(InvalidAlgorithmParameterException.class)
                    .hasMessageContaining("SHA-384");
            signature.setParameter(pss(parameters.getDigestAlgorithm(), "SHA-384", 7));
            signature.update(DATA);
            assertThat(pssVerifies(
                            "SunRsaSign",
                            pss(parameters.getDigestAlgorithm(), "SHA-384", 7),
                            small.getPublic(),
                            signature.sign()))
                    .isTrue();
        }
    }

    @Test
    void pssParametersSurviveEveryOrderOfCalls() throws Exception {
        PSSParameterSpec first = pss("SHA-256", "SHA-256", 32);
        PSSParameterSpec second = pss("SHA-384", "SHA-1", 3);
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        assertThat(signature.getParameters()).isNull();
        signature.initSign(small.getPrivate());
        assertThatThrownBy(() -> signature.update(DATA))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("PSSParameterSpec");
        assertThatThrownBy(signature::sign).isInstanceOf(SignatureException.class);

        signature.setParameter(first);
        signature.update(DATA);
        assertThat(pssVerifies("SunRsaSign", first, small.getPublic(), signature.sign()))
                .as("after initSign")
                .isTrue();
        signature.initSign(usual.getPrivate());
        signature.update(DATA, 0, 5);
        assertThatThrownBy(() -> signature.setParameter(second))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContaining("cannot change");
        signature.update(DATA, 5, DATA.length - 5);
        assertThat(pssVerifies("SunRsaSign", first, usual.getPublic(), signature.sign()))
                .as("with another key, and between updates")
                .isTrue();
        signature.setParameter(second);
        AlgorithmParameters answered = signature.getParameters();
        assertThat(answered.getAlgorithm()).isEqualTo("RSASSA-PSS");
        assertThat(answered.getParameterSpec(PSSParameterSpec.class).getSaltLength())
                .isEqualTo(3);
        for (int i = 0; i < 2; i++) {
            signature.update(DATA);
            assertThat(pssVerifies("SunRsaSign", second, usual.getPublic(), signature.sign()))
                    .as("after sign, %d", i)
                    .isTrue();
        }
        assertThatThrownBy(() -> signature.setParameter(null))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContaining("null");
        signature.update(DATA);
        assertThat(pssVerifies("SunRsaSign", second, usual.getPublic(), signature.sign()))
                .as("after refused parameters")
                .isTrue();
    }

    @Test
    void pssRefusesWhatNobodyCouldVerifyOrTheKeyHasNoPlaceFor() throws Exception {
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        for (AlgorithmParameterSpec wrong : List.of(
                pss("MD5", "SHA-1", 16),
                pss("SHA-256", "MD5", 16),
                new PSSParameterSpec("SHA-256", "MGF2", MGF1ParameterSpec.SHA256, 32, 1),
                new PSSParameterSpec("SHA-256", "MGF1", null, 32, 1),
                new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 2),
                new MGF1ParameterSpec("SHA-1"))) {
            assertThatThrownBy(() -> signature.setParameter(wrong))
                    .isInstanceOf(InvalidAlgorithmParameterException.class)
                    .hasMessageMatching("(?s).{20,}");
        }
        PSSParameterSpec tooLong = pss("SHA-512", "SHA-512", 63);
        signature.setParameter(tooLong);
        assertThatThrownBy(() -> signature.initSign(small.getPrivate()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("62", "63", "1024");
        signature.setParameter(pss("SHA-512", "SHA-512", 62));
        signature.initSign(small.getPrivate());
        assertThatThrownBy(() -> signature.setParameter(tooLong))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContaining("63");
        signature.update(DATA);
        assertThat(pssVerifies("SunRsaSign", pss("SHA-512", "SHA-512", 62), small.getPublic(), signature.sign()))
                .isTrue();
    }

    // Algorithm lists

    @Test
    void whateverTheKeysListLeavesIsUsedAndTheRestIsRefusedWithASentence() throws Exception {
        if (!has(Ability.ALGORITHM_LISTS)) {
            bench.backend()
                    .assertRefused(() -> generate("raw", 1024, KeyAlgorithm.RSA_RAW), "algorithm list", "RSA_RAW");
            return;
        }
        PSSParameterSpec standard = pss("SHA-256", "SHA-256", 32);
        KeyPair raw = generate("raw", 1024, KeyAlgorithm.RSA_RAW);
        assertThat(Pki.verifies("SHA256withRSA", raw.getPublic(), DATA, sign("SHA256withRSA", raw)))
                .isTrue();
        assertThat(pssVerifies("BC", standard, raw.getPublic(), pssSign(standard, raw)))
                .isTrue();

        KeyPair pkcs1 = generate("pkcs1", 1024, KeyAlgorithm.RSA_PKCS1);
        assertThat(Pki.verifies("SHA384withRSA", pkcs1.getPublic(), DATA, sign("SHA384withRSA", pkcs1)))
                .isTrue();
        assertThatThrownBy(() -> pssSign(standard, pkcs1))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("pkcs1", "[RSA_PKCS1]");

        KeyPair hashing = generate("hashing", 1024, KeyAlgorithm.RSA_PKCS1_SHA256, KeyAlgorithm.RSA_PSS_SHA384);
        assertThat(Pki.verifies("SHA256withRSA", hashing.getPublic(), DATA, sign("SHA256withRSA", hashing)))
                .isTrue();
        PSSParameterSpec sha384 = pss("SHA-384", "SHA-384", 48);
        assertThat(pssVerifies("BC", sha384, hashing.getPublic(), pssSign(sha384, hashing)))
                .isTrue();
        if (!has(Ability.OWN_COMMANDS)) {
            bench.backend()
                    .assertRefused(() -> pssSign(pss("SHA-384", "SHA-384", 20), hashing), KeyAlgorithm.RSA_RAW.name());
            return;
        }
        assertThatThrownBy(() -> pssSign(pss("SHA-384", "SHA-384", 20), hashing))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("hashing", "a salt of 20 bytes");
        for (String name : List.of("NONEwithRSA", "SHA512withRSA", "SHA256withRSAandMGF1")) {
            assertThatThrownBy(() -> sign(name, hashing))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContainingAll("hashing", "RSA_PKCS1_SHA256, RSA_PSS_SHA384");
        }
        Signature large = Signature.getInstance("SHA256withRSA", provider);
        large.initSign(hashing.getPrivate());
        large.update(new byte[3000]);
        assertThatThrownBy(large::sign).isInstanceOf(SignatureException.class).hasMessageContaining("3000");

        KeyPair given = generate("given", 1024, KeyAlgorithm.RSA_PSS);
        assertThat(pssVerifies("SunRsaSign", standard, given.getPublic(), pssSign(standard, given)))
                .isTrue();
        assertThatThrownBy(() -> pssSign(sha384, given))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("given", "SHA-384", "[RSA_PSS]");
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        assertThatThrownBy(() -> cipher.init(Cipher.DECRYPT_MODE, given.getPrivate()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("RSA_DECRYPT_RAW, RSA_DECRYPT_PKCS1", "[RSA_PSS]");
    }

    @Test
    void deviceTakesThePaddingOffWhereTheListSaysSo() throws Exception {
        if (!has(Ability.ALGORITHM_LISTS)) {
            bench.backend()
                    .assertRefused(
                            () -> generate("d", 1024, KeyAlgorithm.RSA_DECRYPT_PKCS1),
                            "algorithm list",
                            "RSA_DECRYPT_PKCS1");
            return;
        }
        KeyPair pkcs1 = generate("pkcs1-decrypt", 1024, KeyAlgorithm.RSA_DECRYPT_PKCS1);
        String name = "RSA/ECB/PKCS1Padding";
        assertThat(decrypt(name, null, pkcs1, encrypt(name, null, pkcs1, DATA))).isEqualTo(DATA);
        byte[] wrong = encrypt("RSA/ECB/NoPadding", null, pkcs1, new byte[] {5});
        assertThatThrownBy(() -> decrypt(name, null, pkcs1, wrong))
                .isExactlyInstanceOf(BadPaddingException.class)
                .hasMessage(WRONG)
                .hasNoCause();
        Cipher unwrap = Cipher.getInstance(name, provider);
        unwrap.init(Cipher.UNWRAP_MODE, pkcs1.getPrivate());
        assertThat(unwrap.unwrap(wrong, "TlsRsaPremasterSecret", Cipher.SECRET_KEY)
                        .getEncoded())
                .hasSize(48);
        assertThatThrownBy(() -> decrypt("RSA/ECB/NoPadding", null, pkcs1, wrong))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("RSA_DECRYPT_RAW");

        KeyPair oaep = generate("oaep-decrypt", 1024, KeyAlgorithm.RSA_DECRYPT_OAEP);
        OAEPParameterSpec spec =
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
        String oaepName = "RSA/ECB/OAEPPadding";
        assertThat(decrypt(oaepName, spec, oaep, encrypt(oaepName, spec, oaep, DATA)))
                .isEqualTo(DATA);
        assertThatThrownBy(() -> decrypt(oaepName, spec, oaep, wrong))
                .isExactlyInstanceOf(BadPaddingException.class)
                .hasMessage(WRONG);
        if (!has(Ability.OWN_COMMANDS)) {
            return;
        }
        assertThatThrownBy(() -> decrypt(
                        oaepName,
                        new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, PSource.PSpecified.DEFAULT),
                        oaep,
                        wrong))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContaining("RSA_DECRYPT_RAW");
    }

    // Decryption

    private static final String WRONG = "the data cannot be decrypted: other key, other parameters, or changed data";

    private static byte[] encrypt(String name, AlgorithmParameterSpec parameters, KeyPair pair, byte[] data)
            throws Exception {
        return encrypt(Cipher.getInstance(name, "SunJCE"), parameters, pair.getPublic(), data);
    }

    private static byte[] encrypt(Cipher cipher, AlgorithmParameterSpec parameters, PublicKey key, byte[] data)
            throws Exception {
        cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
        return cipher.doFinal(data);
    }

    private byte[] decrypt(String name, AlgorithmParameterSpec parameters, KeyPair pair, byte[] data) throws Exception {
        Cipher cipher = Cipher.getInstance(name, provider);
        cipher.init(Cipher.DECRYPT_MODE, pair.getPrivate(), parameters);
        return cipher.doFinal(data);
    }

    @Test
    void pkcs1EncryptedElsewhereIsDecryptedWhateverItsLength() throws Exception {
        String name = "RSA/ECB/PKCS1Padding";
        Cipher cipher = Cipher.getInstance(name, provider);
        cipher.init(Cipher.DECRYPT_MODE, small.getPrivate());
        for (int length : new int[] {0, 1, 16, 48, 116, 117}) {
            byte[] message = Arrays.copyOf(new byte[] {1, 0, 2, 0}, length);
            for (byte[] encrypted : List.of(
                    encrypt(name, null, small, message),
                    encrypt(Cipher.getInstance(name, Pki.BC), null, Pki.publicKey(small.getPublic()), message))) {
                assertThat(cipher.update(encrypted, 0, 100)).isNullOrEmpty();
                assertThat(cipher.doFinal(encrypted, 100, 28)).isEqualTo(message);
                byte[] output = new byte[length + 3];
                assertThat(cipher.doFinal(encrypted, 0, 128, output, 3)).isEqualTo(length);
                assertThat(Arrays.copyOfRange(output, 3, output.length)).isEqualTo(message);
            }
        }
        assertThat(cipher.getOutputSize(128)).isEqualTo(128);
        assertThat(cipher.getBlockSize()).isZero();
        assertThat(cipher.getParameters()).isNull();
        byte[] encrypted = encrypt(name, null, small, DATA);
        cipher.update(encrypted, 0, 50);
        assertThatThrownBy(() -> cipher.doFinal(encrypted, 50, 78, new byte[3], 0))
                .isInstanceOf(ShortBufferException.class)
                .hasMessageContaining("3");
        assertThat(cipher.doFinal(encrypted, 50, 78)).as("with a longer buffer").isEqualTo(DATA);
        for (int length : new int[] {0, 129, 1000}) {
            assertThatThrownBy(() -> cipher.doFinal(new byte[length]))
                    .isInstanceOf(IllegalBlockSizeException.class)
                    .hasMessageContainingAll("128", "not " + length);
        }
        assertThat(cipher.doFinal(encrypted)).as("after refusals").isEqualTo(DATA);
    }

    @ParameterizedTest
    @MethodSource("paddingHashes")
    void oaepWithEveryParameterSetEncryptedElsewhereIsDecrypted(String hash) throws Exception {
        for (String mgfHash : List.of(hash, "SHA-1", "SHA-384", "SHA3-256")) {
            for (PSource label : List.of(PSource.PSpecified.DEFAULT, new PSource.PSpecified(DATA))) {
                OAEPParameterSpec spec = new OAEPParameterSpec(hash, "MGF1", new MGF1ParameterSpec(mgfHash), label);
                int most = 256 - 2 - 2 * MessageDigest.getInstance(hash).getDigestLength();
                for (int length : new int[] {0, 1, most}) {
                    byte[] message = Arrays.copyOf(new byte[] {1, 0}, length);
                    String name = "RSA/ECB/OAEPPadding";
                    if (!(hash + mgfHash).contains("SHA-512/")) {
                        byte[] ofBouncyCastle = encrypt(
                                Cipher.getInstance(name, Pki.BC), spec, Pki.publicKey(usual.getPublic()), message);
                        assertThat(decrypt(name, spec, usual, ofBouncyCastle))
                                .as("%s, %s", hash, mgfHash)
                                .isEqualTo(message);
                    }
                    assertThat(decrypt(name, spec, usual, encrypt(name, spec, usual, message)))
                            .as("%s, %s", hash, mgfHash)
                            .isEqualTo(message);
                }
            }
        }
    }

    @Test
    void oaepByTheNameOfItsHashIsThatOfTheJdk() throws Exception {
        for (String padding : List.of(
                "OAEPPadding",
                "OAEPWithSHA-1AndMGF1Padding",
                "OAEPWithSHA1AndMGF1Padding",
                "OAEPWithSHA-224AndMGF1Padding",
                "OAEPWithSHA-256AndMGF1Padding",
                "OAEPWithSHA-384AndMGF1Padding",
                "OAEPWithSHA-512AndMGF1Padding",
                "OAEPWithSHA-512/224AndMGF1Padding",
                "OAEPWithSHA-512/256AndMGF1Padding")) {
            String name = "RSA/ECB/" + padding;
            assertThat(decrypt(name, null, usual, encrypt(name, null, usual, DATA)))
                    .as(name)
                    .isEqualTo(DATA);
            Cipher ours = Cipher.getInstance(name, provider);
            ours.init(Cipher.DECRYPT_MODE, usual.getPrivate());
            AlgorithmParameters parameters = ours.getParameters();
            Cipher theirs = Cipher.getInstance(name, "SunJCE");
            theirs.init(Cipher.ENCRYPT_MODE, usual.getPublic());
            assertThat(parameters.getEncoded()).isEqualTo(theirs.getParameters().getEncoded());
            ours.init(Cipher.DECRYPT_MODE, usual.getPrivate(), theirs.getParameters());
            assertThat(ours.doFinal(theirs.doFinal(DATA))).isEqualTo(DATA);
        }
        assertThat(decrypt("RSA", null, usual, encrypt("RSA/ECB/PKCS1Padding", null, usual, DATA)))
                .isEqualTo(DATA);
        assertThat(decrypt(
                        "RSA/None/OAEPWithSHA256AndMGF1Padding",
                        null,
                        usual,
                        encrypt("RSA/ECB/OAEPWithSHA-256AndMGF1Padding", null, usual, DATA)))
                .isEqualTo(DATA);
        assertThatThrownBy(() -> Cipher.getInstance("RSA/ECB/OAEPWithSHA-512AndMGF1Padding", provider)
                        .init(Cipher.DECRYPT_MODE, small.getPrivate()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("SHA-512", "1024");
    }

    @Test
    void withoutPaddingItIsTheNumber() throws Exception {
        byte[] number = Arrays.copyOf(DATA, 128);
        number[0] = 0;
        byte[] encrypted = encrypt("RSA/ECB/NoPadding", null, small, number);
        assertThat(decrypt("RSA/ECB/NoPadding", null, small, encrypted)).isEqualTo(number);
        assertThatThrownBy(() -> decrypt("RSA/ECB/NoPadding", null, small, filled(128)))
                .isExactlyInstanceOf(BadPaddingException.class)
                .hasMessage(WRONG);
        assertThatThrownBy(() -> decrypt("RSA/ECB/NoPadding", DummySpec.INSTANCE, small, encrypted))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContaining("DummySpec");
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xFF);
        return bytes;
    }

    private enum DummySpec implements AlgorithmParameterSpec {
        INSTANCE
    }

    /** Blocks under the padding: each wrong in its own way. */
    private static List<byte[]> wrongPkcs1() {
        List<byte[]> blocks = new ArrayList<>();
        byte[] good = filled(128);
        good[0] = 0;
        good[1] = 2;
        good[20] = 0;
        for (int at : new int[] {0, 1, 2, 5, 9}) {
            byte[] block = good.clone();
            block[at] = (byte) (at < 2 ? 1 : 0);
            blocks.add(block);
        }
        byte[] withoutEnd = good.clone();
        withoutEnd[20] = 1;
        blocks.add(withoutEnd);
        blocks.add(new byte[128]);
        return blocks;
    }

    @Test
    void whateverIsWrongWithAPaddingHasOneExceptionWithOneMessage() throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        cipher.init(Cipher.DECRYPT_MODE, small.getPrivate());
        Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPPadding", provider);
        oaep.init(Cipher.DECRYPT_MODE, small.getPrivate());
        List<byte[]> wrong = new ArrayList<>();
        for (byte[] block : wrongPkcs1()) {
            wrong.add(encrypt("RSA/ECB/NoPadding", null, small, block));
        }
        wrong.add(encrypt("RSA/ECB/PKCS1Padding", null, usual, DATA).length == 256 ? new byte[128] : new byte[0]);
        wrong.add(filled(128));
        for (byte[] encrypted : wrong) {
            for (Cipher used : List.of(cipher, oaep)) {
                assertThatThrownBy(() -> used.doFinal(encrypted))
                        .isExactlyInstanceOf(BadPaddingException.class)
                        .hasMessage(WRONG)
                        .hasNoCause();
            }
        }
        assertThat(cipher.doFinal(encrypt("RSA/ECB/PKCS1Padding", null, small, DATA)))
                .isEqualTo(DATA);
        assertThat(oaep.doFinal(encrypt("RSA/ECB/OAEPPadding", null, small, DATA)))
                .isEqualTo(DATA);
        OAEPParameterSpec labelled =
                new OAEPParameterSpec("SHA-1", "MGF1", MGF1ParameterSpec.SHA1, new PSource.PSpecified(new byte[] {1}));
        byte[] ofAnotherLabel = encrypt("RSA/ECB/OAEPPadding", labelled, small, DATA);
        assertThatThrownBy(() -> oaep.doFinal(ofAnotherLabel))
                .isExactlyInstanceOf(BadPaddingException.class)
                .hasMessage(WRONG);
    }

    // Unwrapping

    @ParameterizedTest
    @ValueSource(strings = {"RSA/ECB/PKCS1Padding", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"})
    void keysWrappedElsewhereAreUnwrapped(String name) throws Exception {
        SecretKey aes = new SecretKeySpec(Arrays.copyOf(DATA, 16), "AES");
        Cipher wrap = Cipher.getInstance(name, "SunJCE");
        wrap.init(Cipher.WRAP_MODE, usual.getPublic());
        Cipher unwrap = Cipher.getInstance(name, provider);
        unwrap.init(Cipher.UNWRAP_MODE, usual.getPrivate());
        assertThat(unwrap.unwrap(wrap.wrap(aes), "AES", Cipher.SECRET_KEY)).isEqualTo(aes);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(256);
        KeyPair ec = generator.generateKeyPair();
        assertThat(unwrap.unwrap(wrap.wrap(ec.getPrivate()), "EC", Cipher.PRIVATE_KEY))
                .isEqualTo(ec.getPrivate());
        assertThat(unwrap.unwrap(wrap.wrap(ec.getPublic()), "EC", Cipher.PUBLIC_KEY))
                .isEqualTo(ec.getPublic());
        assertThatThrownBy(() -> unwrap.unwrap(new byte[256], "AES", Cipher.SECRET_KEY))
                .isExactlyInstanceOf(InvalidKeyException.class)
                .hasMessage(WRONG);
        assertThatThrownBy(() -> unwrap.unwrap(wrap.wrap(aes), "EC", Cipher.PRIVATE_KEY))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage(WRONG);
        assertThatThrownBy(() -> unwrap.unwrap(new byte[300], "AES", Cipher.SECRET_KEY))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("300");
        assertThatThrownBy(() -> unwrap.doFinal(new byte[256])).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTlsPremasterSecretIsNeverRefused() throws Exception {
        String name = "RSA/ECB/PKCS1Padding";
        byte[] secret = Arrays.copyOf(DATA, 48);
        Cipher unwrap = Cipher.getInstance(name, provider);
        unwrap.init(Cipher.UNWRAP_MODE, small.getPrivate());
        assertThat(premaster(unwrap, encrypt(name, null, small, secret))).isEqualTo(secret);
        List<byte[]> wrong = new ArrayList<>();
        for (byte[] block : wrongPkcs1()) {
            wrong.add(encrypt("RSA/ECB/NoPadding", null, small, block));
        }
        wrong.add(encrypt(name, null, small, Arrays.copyOf(secret, 47)));
        wrong.add(encrypt(name, null, small, Arrays.copyOf(secret, 49)));
        wrong.add(encrypt(name, null, small, new byte[0]));
        wrong.add(filled(128));
        for (byte[] encrypted : wrong) {
            byte[] once = premaster(unwrap, encrypted);
            assertThat(once).hasSize(48).isNotEqualTo(secret);
            assertThat(premaster(unwrap, encrypted)).hasSize(48).isNotEqualTo(once);
        }
    }

    private static byte[] premaster(Cipher unwrap, byte[] encrypted) throws Exception {
        return unwrap.unwrap(encrypted, "TlsRsaPremasterSecret", Cipher.SECRET_KEY)
                .getEncoded();
    }

    @Test
    void publicKeyOperationsAreAnotherProviders() throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        for (int mode : new int[] {Cipher.ENCRYPT_MODE, Cipher.WRAP_MODE}) {
            assertThatThrownBy(() -> cipher.init(mode, usual.getPrivate()))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("public key");
        }
        cipher.init(Cipher.ENCRYPT_MODE, usual.getPublic());
        byte[] encrypted = cipher.doFinal(DATA);
        cipher.init(Cipher.DECRYPT_MODE, usual.getPrivate());
        assertThat(cipher.doFinal(encrypted)).isEqualTo(DATA);
        for (String name : List.of("SHA256withRSA", "SHA256withRSAandMGF1")) {
            Signature signature = Signature.getInstance(name, provider);
            signature.initSign(usual.getPrivate());
            signature.update(DATA);
            byte[] signed = signature.sign();
            signature.initVerify(usual.getPublic());
            signature.update(DATA);
            assertThat(signature.verify(signed)).isTrue();
        }
        PublicKey plain = KeyFactory.getInstance("RSA", "SunRsaSign")
                .generatePublic(new RSAPublicKeySpec(
                        ((RSAPublicKey) usual.getPublic()).getModulus(), RSAKeyGenParameterSpec.F4));
        assertThat(plain).isEqualTo(usual.getPublic());
    }

    // Use

    @Test
    void useCounterFallsToItsEndWhichIsItsOwnException() throws Exception {
        SchsmKeySpec spec =
                SchsmKeySpec.builder("twice").keySize(1024).useCounter(2).build();
        if (!has(Ability.USE_COUNTERS)) {
            bench.backend().assertRefused(() -> generate(spec), "use counter");
            return;
        }
        KeyPair pair = generate(spec);
        byte[] encrypted = encrypt("RSA/ECB/PKCS1Padding", null, pair, DATA);
        sign("SHA256withRSA", pair);
        assertThat(decrypt("RSA/ECB/PKCS1Padding", null, pair, encrypted)).isEqualTo(DATA);
        assertThatThrownBy(() -> sign("SHA256withRSA", pair))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED"));
        assertThatThrownBy(() -> decrypt("RSA/ECB/PKCS1Padding", null, pair, encrypted))
                .isInstanceOf(java.security.ProviderException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED"));
    }

    @Test
    void manyThreadsShareAKey() throws Exception {
        String name = "RSA/ECB/OAEPPadding";
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 96; i++) {
                byte[] data = {(byte) i};
                boolean signing = i % 2 == 0;
                all.add(threads.submit(() -> {
                    if (signing) {
                        Signature signature = Signature.getInstance("SHA256withRSA", provider);
                        signature.initSign(small.getPrivate());
                        signature.update(data);
                        return Pki.verifies("SHA256withRSA", small.getPublic(), data, signature.sign());
                    }
                    return Arrays.equals(data, decrypt(name, null, small, encrypt(name, null, small, data)));
                }));
            }
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
