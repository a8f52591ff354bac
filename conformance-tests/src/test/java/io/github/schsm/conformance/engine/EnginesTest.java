// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.CvcPathParameters;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.CarelessEcKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.simulator.ApduRecorder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engines against Bouncy Castle's and the JDK's, so that nothing is checked by what made it; what is between program
 * and device is the bench's.
 */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.SECURE_CHANNEL, BenchKind.RAM, BenchKind.DOMAIN, BenchKind.SOFTHSM},
        repeated = {BenchKind.OPENSC})
@Tag("jdk")
class EnginesTest {
    private static final List<String> HASHES = List.of("SHA1", "SHA224", "SHA256", "SHA384", "SHA512");

    private final BenchKind kind;
    private Bench bench;
    private Provider provider;

    EnginesTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Opens the bench. */
    @BeforeEach
    void openBench() throws Exception {
        bench = kind.open();
        provider = bench.source().provider();
        bench.source().keyStore();
    }

    /** Clears the bench. */
    @AfterEach
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    /** A key with an algorithm list is not generated where keys have none. */
    private void assertNoAlgorithmLists(SchsmKeySpec spec) {
        bench.backend()
                .assertRefused(
                        () -> Group.generatePair(provider, spec),
                        "algorithm list",
                        bench.source().name());
    }

    private void listen() {
        bench.source().wire().ifPresent(ApduRecorder::start);
    }

    private void assertNothingWasSent() {
        bench.source()
                .wire()
                .ifPresent(
                        wire -> assertThat(wire.count()).as("nothing was sent").isZero());
    }

    static Stream<String> curves() {
        return Stream.of(
                "secp192r1",
                "secp224r1",
                "secp256r1",
                "secp384r1",
                "secp521r1",
                "secp192k1",
                "secp256k1",
                "brainpoolP192r1",
                "brainpoolP224r1",
                "brainpoolP256r1",
                "brainpoolP320r1",
                "brainpoolP384r1",
                "brainpoolP512r1");
    }

    private KeyPair generate(String curve) throws Exception {
        return Group.generateEc(provider, "on " + curve, curve);
    }

    // ECDSA

    @ParameterizedTest
    @MethodSource("curves")
    void ecdsaWithEveryHashAndEncodingVerifiesElsewhere(String curve) throws Exception {
        KeyPair pair = generate(curve);
        byte[] data = "some data".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (String hash : HASHES) {
            for (String encoding : List.of("", "inP1363Format")) {
                String name = hash + "withECDSA" + encoding;
                Signature signature = Signature.getInstance(name, provider);
                signature.initSign(pair.getPrivate());
                signature.update(data);
                byte[] first = signature.sign();
                signature.update(data, 0, 4);
                signature.update(data[4]);
                signature.update(java.nio.ByteBuffer.wrap(data, 5, 4));
                byte[] second = signature.sign();

                assertThat(Pki.verifies(name, pair.getPublic(), data, first))
                        .as(name)
                        .isTrue();
                assertThat(Pki.verifies(name, pair.getPublic(), data, second))
                        .as("again " + name)
                        .isTrue();
                assertThat(Pki.verifies(name, pair.getPublic(), new byte[1], second))
                        .as("other data")
                        .isFalse();
                if (!encoding.isEmpty()) {
                    int order = ((ECPublicKey) pair.getPublic())
                            .getParams()
                            .getOrder()
                            .bitLength();
                    assertThat(first).hasSize(2 * ((order + 7) / 8));
                }
            }
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(data);
        Signature none = Signature.getInstance("NONEwithECDSA", provider);
        none.initSign(pair.getPrivate());
        none.update(digest);
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), data, none.sign()))
                .isTrue();
        Signature plain = Signature.getInstance("NONEwithECDSAinP1363Format", provider);
        plain.initSign(pair.getPrivate());
        plain.update(digest);
        assertThat(Pki.verifies("SHA256withECDSAinP1363Format", pair.getPublic(), data, plain.sign()))
                .isTrue();
    }

    @Test
    void derSignaturesAreAlwaysStrict() throws Exception {
        KeyPair pair = generate("secp256r1");
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        Signature strict = Signature.getInstance("SHA256withECDSA", "SunEC");
        for (int i = 0; i < 200; i++) {
            signature.update((byte) i);
            byte[] der = signature.sign();
            strict.initVerify(pair.getPublic());
            strict.update((byte) i);
            assertThat(strict.verify(der)).isTrue();
        }
    }

    @Test
    void signatureEngineIsUsableAfterWhateverWentWrong() throws Exception {
        KeyPair pair = generate("secp256r1");
        Signature none = Signature.getInstance("NONEwithECDSA", provider);
        assertThatThrownBy(none::sign).isInstanceOf(SignatureException.class);
        none.initSign(pair.getPrivate());
        assertThatThrownBy(none::sign).isInstanceOf(SignatureException.class).hasMessageContaining("no hash");
        assertThatThrownBy(() -> none.update(new byte[67]))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("67");
        none.update(new byte[32]);
        assertThat(none.sign()).isNotEmpty();

        KeyPair software = KeyPairGenerator.getInstance("EC", "SunEC").generateKeyPair();
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(software.getPrivate());
        byte[] bySoftware = signature.sign();
        signature.initVerify(software.getPublic());
        assertThat(signature.verify(bySoftware))
                .as("what is not in a device is another provider's")
                .isTrue();
        signature.initSign(pair.getPrivate());
        signature.update(new byte[3]);
        signature.initSign(pair.getPrivate());
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[0], signature.sign()))
                .as("what was before initSign is forgotten")
                .isTrue();
    }

    @Test
    void algorithmListOfTheKeyIsRespectedAndNamed() throws Exception {
        SchsmKeySpec spec = SchsmKeySpec.builder("ecdh-only")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .allow(KeyAlgorithm.ECDH)
                .build();
        if (!has(Ability.ALGORITHM_LISTS)) {
            assertNoAlgorithmLists(spec);
            return;
        }
        KeyPair pair = Group.generatePair(provider, spec);
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);

        assertThatThrownBy(() -> signature.initSign(pair.getPrivate()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("ecdh-only", "ECDSA", "[ECDH]");
    }

    @Test
    void aKeyWhoseListLeavesTheHashingToTheDeviceSignsWithThatHashWhatFitsOneCommand() throws Exception {
        SchsmKeySpec spec = SchsmKeySpec.builder("sha256-in-device")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .allow(KeyAlgorithm.ECDSA_SHA256)
                .build();
        if (!has(Ability.ALGORITHM_LISTS)) {
            assertNoAlgorithmLists(spec);
            return;
        }
        KeyPair pair = Group.generatePair(provider, spec);
        byte[] data = new byte[1000];
        for (String name : List.of("SHA256withECDSA", "SHA256withECDSAinP1363Format")) {
            Signature signature = Signature.getInstance(name, provider);
            signature.initSign(pair.getPrivate());
            signature.update(data, 0, 600);
            signature.update(data, 600, 400);
            assertThat(Pki.verifies(name, pair.getPublic(), data, signature.sign()))
                    .isTrue();
            signature.update(new byte[2000]);
            assertThatThrownBy(signature::sign)
                    .isInstanceOf(SignatureException.class)
                    .hasMessageContainingAll("2000", "less data");
            assertThatThrownBy(() -> signature.update(new byte[70_000]))
                    .isInstanceOf(SignatureException.class)
                    .hasMessageContainingAll("sha256-in-device", "70000");
            signature.update(data);
            assertThat(Pki.verifies(name, pair.getPublic(), data, signature.sign()))
                    .isTrue();
        }
        for (String name : List.of("NONEwithECDSA", "SHA384withECDSA")) {
            Signature other = Signature.getInstance(name, provider);
            assertThatThrownBy(() -> other.initSign(pair.getPrivate()))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContainingAll("sha256-in-device", "[ECDSA_SHA256]");
        }
    }

    // ECDH

    @ParameterizedTest
    @MethodSource("curves")
    void ecdhAgreesWithBouncyCastle(String curve) throws Exception {
        KeyPair own = generate(curve);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair peer = generator.generateKeyPair();
        KeyAgreement theirs = KeyAgreement.getInstance("ECDH", Pki.BC);
        theirs.init(peer.getPrivate());
        theirs.doPhase(Pki.publicKey(own.getPublic()), true);
        byte[] expected = theirs.generateSecret();
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(own.getPrivate());

        agreement.doPhase(peer.getPublic(), true);
        assertThat(agreement.generateSecret()).isEqualTo(expected);
        agreement.doPhase(peer.getPublic(), true);
        byte[] buffer = new byte[expected.length + 2];
        assertThat(agreement.generateSecret(buffer, 2)).isEqualTo(expected.length);
        assertThat(Arrays.copyOfRange(buffer, 2, buffer.length)).isEqualTo(expected);
        agreement.doPhase(peer.getPublic(), true);
        assertThat(agreement.generateSecret("TlsPremasterSecret").getEncoded()).isEqualTo(expected);
        assertThatThrownBy(agreement::generateSecret).isInstanceOf(IllegalStateException.class);
    }

    /** One secret of 256 begins with a zero, and has the length of the others all the same. */
    @Test
    void ecdhSecretKeepsItsLeadingZero() throws Exception {
        requireAgreement("secp256r1", (peer, secret) -> secret[0] == 0);
    }

    /** One point of 256 looks like an ASN.1 OCTET STRING: 04, the length of the rest, the rest. */
    @Test
    void ecdhWithAPeerWhosePointCouldBeAnOctetString() throws Exception {
        requireAgreement(
                "brainpoolP224r1",
                (peer, secret) -> peer.getW().getAffineX().shiftRight(216).intValue() == 55);
    }

    private void requireAgreement(String curve, BiPredicate<ECPublicKey, byte[]> wanted) throws Exception {
        KeyPair own = generate(curve);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec(curve));
        KeyAgreement theirs = KeyAgreement.getInstance("ECDH", Pki.BC);
        PublicKey ownPublic = Pki.publicKey(own.getPublic());
        KeyPair peer;
        byte[] expected;
        do {
            peer = generator.generateKeyPair();
            theirs.init(peer.getPrivate());
            theirs.doPhase(ownPublic, true);
            expected = theirs.generateSecret();
        } while (!wanted.test((ECPublicKey) peer.getPublic(), expected));
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(own.getPrivate());
        agreement.doPhase(peer.getPublic(), true);
        assertThat(agreement.generateSecret()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("curves")
    void ecdhRefusesPointsThatAreNotOnTheCurve(String curve) throws Exception {
        KeyPair own = generate(curve);
        ECPublicKey key = (ECPublicKey) own.getPublic();
        ECPoint point = key.getW();
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(own.getPrivate());
        listen();

        for (ECPoint wrong : List.of(
                new ECPoint(point.getAffineX(), point.getAffineY().add(BigInteger.ONE)),
                new ECPoint(BigInteger.ZERO, BigInteger.ZERO),
                ECPoint.POINT_INFINITY,
                new ECPoint(point.getAffineX().add(field(key)), point.getAffineY()),
                new ECPoint(point.getAffineX(), point.getAffineY().subtract(field(key))),
                new ECPoint(BigInteger.ONE, BigInteger.TEN))) {
            ECPublicKey offCurve = new CarelessEcKey(wrong, key.getParams());
            assertThatThrownBy(() -> agreement.doPhase(offCurve, true))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("not on");
        }

        assertNothingWasSent();
        agreement.doPhase(key, true);
        assertThat(agreement.generateSecret()).isNotEmpty();
    }

    private static BigInteger field(ECPublicKey key) {
        return ((java.security.spec.ECFieldFp) key.getParams().getCurve().getField()).getP();
    }

    @Test
    void ecdhRefusesAKeyOfAnotherCurve() throws Exception {
        KeyPair own = generate("secp256r1");
        KeyPair other = generate("brainpoolP256r1");
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(own.getPrivate());
        listen();

        assertThatThrownBy(() -> agreement.doPhase(other.getPublic(), true))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("secp256r1");
        assertNothingWasSent();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair software = generator.generateKeyPair();
        agreement.doPhase(software.getPublic(), true);
        byte[] ours = agreement.generateSecret();
        KeyAgreement sun = KeyAgreement.getInstance("ECDH", "SunEC");
        sun.init(software.getPrivate());
        sun.doPhase(
                KeyFactory.getInstance("EC", "SunEC")
                        .generatePublic(new ECPublicKeySpec(
                                ((ECPublicKey) own.getPublic()).getW(), ((ECPublicKey) own.getPublic()).getParams())),
                true);
        assertThat(sun.generateSecret()).isEqualTo(ours);
    }

    // AES

    private SecretKey aes(int bits, KeyAlgorithm... allowed) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder("aes-" + bits).keySize(bits);
        generator.init((allowed.length == 0 ? spec : spec.allow(allowed)).build());
        return generator.generateKey();
    }

    /**
     * The device gives no key away, so the reference is what CBC is: each ciphertext block is the one-block encryption
     * of the plain block combined with the one before, which is asked from the device block by block.
     */
    @ParameterizedTest
    @ValueSource(ints = {128, 192, 256})
    void cbcIsCbcWhateverTheLengthAndThePieces(int bits) throws Exception {
        SecretKey key = aes(bits);
        Random random = new Random(bits);
        byte[] iv = new byte[16];
        random.nextBytes(iv);
        byte[] data = new byte[5000];
        random.nextBytes(data);
        byte[] reference = blockByBlock(key, iv, Arrays.copyOf(data, 2560));
        for (int length : new int[] {0, 16, 32, 1008, 1024, 1040, 1200, 1216, 1232, 2048, 2432, 2448, 2560}) {
            byte[] encrypted = crypt("AES/CBC/NoPadding", Cipher.ENCRYPT_MODE, key, iv, Arrays.copyOf(data, length), 7);
            assertThat(encrypted).as("%d bytes", length).isEqualTo(Arrays.copyOf(reference, length));
            assertThat(crypt("AES/CBC/NoPadding", Cipher.DECRYPT_MODE, key, iv, encrypted, 333))
                    .as("%d bytes", length)
                    .isEqualTo(Arrays.copyOf(data, length));
        }
        for (int length :
                new int[] {0, 1, 15, 16, 17, 1007, 1023, 1024, 1025, 1215, 1216, 1217, 2047, 2431, 2432, 5000}) {
            byte[] plain = Arrays.copyOf(data, length);
            for (int piece : new int[] {1, 16, 1000, 1024, 6000}) {
                if (piece == 1 && length > 1100) {
                    continue;
                }
                byte[] encrypted = crypt("AES/CBC/PKCS5Padding", Cipher.ENCRYPT_MODE, key, iv, plain, piece);
                assertThat(encrypted).hasSize((length / 16 + 1) * 16);
                assertThat(crypt("AES/CBC/PKCS5Padding", Cipher.DECRYPT_MODE, key, iv, encrypted, piece))
                        .as("%d bytes in pieces of %d", length, piece)
                        .isEqualTo(plain);
            }
        }
    }

    private byte[] blockByBlock(SecretKey key, byte[] iv, byte[] data) throws Exception {
        byte[] result = new byte[data.length];
        byte[] before = iv;
        for (int at = 0; at < data.length; at += 16) {
            byte[] block = Arrays.copyOfRange(data, at, at + 16);
            for (int i = 0; i < 16; i++) {
                block[i] ^= before[i];
            }
            before = crypt("AES/CBC/NoPadding", Cipher.ENCRYPT_MODE, key, new byte[16], block, 16);
            System.arraycopy(before, 0, result, at, 16);
        }
        return result;
    }

    private byte[] crypt(String name, int mode, SecretKey key, byte[] iv, byte[] data, int piece) throws Exception {
        Cipher cipher = Cipher.getInstance(name, provider);
        cipher.init(mode, key, new IvParameterSpec(iv));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < data.length; at += piece) {
            byte[] part = cipher.update(data, at, Math.min(piece, data.length - at));
            if (part != null) {
                out.writeBytes(part);
            }
        }
        out.writeBytes(cipher.doFinal());
        return out.toByteArray();
    }

    @Test
    void cbcWithIvOfItsOwnOrInParameters() throws Exception {
        SecretKey key = aes(256);
        byte[] data = new byte[100];
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, key);
        byte[] iv = cipher.getIV();
        byte[] encrypted = cipher.doFinal(data);
        Cipher back = Cipher.getInstance("AES/CBC/PKCS7Padding", provider);
        back.init(Cipher.DECRYPT_MODE, key, cipher.getParameters());

        assertThat(iv).hasSize(16).isNotEqualTo(new byte[16]);
        assertThat(back.doFinal(encrypted)).isEqualTo(data);
        assertThat(cipher.doFinal(data)).as("doFinal goes back to the IV").isEqualTo(encrypted);
        cipher.init(Cipher.ENCRYPT_MODE, key);
        assertThat(cipher.getIV()).isNotEqualTo(iv);
        assertThatThrownBy(() -> back.init(Cipher.DECRYPT_MODE, key))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("IvParameterSpec");
        assertThatThrownBy(() -> back.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[12])))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContaining("12");
    }

    @Test
    void cbcRefusesWrongPaddingPartialBlocksAndShortBuffers() throws Exception {
        SecretKey key = aes(128);
        byte[] iv = new byte[16];
        Cipher noPadding = Cipher.getInstance("AES/CBC/NoPadding", provider);
        noPadding.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
        assertThatThrownBy(() -> noPadding.doFinal(new byte[17]))
                .isInstanceOf(IllegalBlockSizeException.class)
                .hasMessageContaining("PKCS5Padding");
        for (int last : new int[] {0, 2, 17, 255}) {
            byte[] block = new byte[32];
            block[31] = (byte) last;
            byte[] encrypted = noPadding.doFinal(block);
            Cipher padded = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
            padded.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
            assertThatThrownBy(() -> padded.doFinal(encrypted))
                    .as("last byte %d", last)
                    .isInstanceOf(BadPaddingException.class)
                    .isNotInstanceOf(AEADBadTagException.class);
        }
        assertThatThrownBy(() -> noPadding.doFinal(new byte[32], 0, 32, new byte[31], 0))
                .isInstanceOf(ShortBufferException.class);
        assertThat(noPadding.doFinal(new byte[16])).as("usable afterwards").hasSize(16);
    }

    @Test
    void cmacIsThatOfTheRfcOverEveryLength() throws Exception {
        SecretKey key = aes(128);
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(key);
        for (int length : new int[] {
            0, 1, 15, 16, 17, 32, 40, 64, 100, 1000, 1200, 1216, 1222, 1223, 1224, 1225, 1231, 1232, 1233, 1239, 1240,
            2432, 2439, 2440, 2448, 5000, 20_000
        }) {
            byte[] data = new byte[length];
            new Random(length).nextBytes(data);
            byte[] made = mac.doFinal(data);
            assertThat(made).as("%d bytes", length).isEqualTo(cmac(key, data));
            for (byte one : data) {
                mac.update(one);
            }
            assertThat(mac.doFinal()).as("%d bytes one by one", length).isEqualTo(made);
        }
    }

    @Test
    void cmacByAKeyThatMayNothingElseIsOverWhatOneCommandHolds() throws Exception {
        if (!has(Ability.ALGORITHM_LISTS)) {
            bench.backend().assertRefused(() -> aes(128, KeyAlgorithm.AES_CMAC), "algorithm list");
            return;
        }
        SecretKey key = aes(128, KeyAlgorithm.AES_CMAC);
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(key);

        int most = kind.bytesInACommand();
        assertThatThrownBy(() -> mac.doFinal(new byte[most + 1]))
                .isInstanceOf(ProviderException.class)
                .hasMessageContainingAll(
                        "at most " + most + " bytes", "not " + (most + 1), "AES_CBC_ENCRYPT", "hash the data first");
        assertThat(mac.doFinal(new byte[most])).as("usable afterwards").hasSize(16);
    }

    /** RFC 4493 over the device's own block cipher: Bouncy Castle cannot have the key. */
    private byte[] cmac(SecretKey key, byte[] data) throws Exception {
        byte[] zero = new byte[16];
        byte[] k1 = doubled(crypt("AES/CBC/NoPadding", Cipher.ENCRYPT_MODE, key, zero, zero, 16));
        boolean whole = data.length > 0 && data.length % 16 == 0;
        byte[] last = whole ? k1 : doubled(k1);
        byte[] padded = Arrays.copyOf(data, whole ? data.length : (data.length / 16 + 1) * 16);
        if (!whole) {
            padded[data.length] = (byte) 0x80;
        }
        for (int i = 0; i < 16; i++) {
            padded[padded.length - 16 + i] ^= last[i];
        }
        byte[] chain = crypt("AES/CBC/NoPadding", Cipher.ENCRYPT_MODE, key, zero, padded, padded.length);
        return Arrays.copyOfRange(chain, chain.length - 16, chain.length);
    }

    private static byte[] doubled(byte[] block) {
        BigInteger number = new BigInteger(1, block).shiftLeft(1);
        if (number.testBit(128)) {
            number = number.clearBit(128).xor(BigInteger.valueOf(0x87));
        }
        byte[] bytes = number.toByteArray();
        byte[] result = new byte[16];
        int length = Math.min(16, bytes.length);
        System.arraycopy(bytes, bytes.length - length, result, 16 - length, length);
        return result;
    }

    // Random

    @Test
    void randomComesFromTheDevice() throws Exception {
        SecureRandom random = SecureRandom.getInstance("SCHSM", provider);
        listen();
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        random.nextBytes(first);
        random.nextBytes(second);

        assertThat(first).isNotEqualTo(second).isNotEqualTo(new byte[32]);
        byte[] large = new byte[3000];
        random.nextBytes(large);
        bench.source()
                .wire()
                .ifPresent(wire -> assertThat(wire.exchanges())
                        // OpenSC also looks at the state of the PIN.
                        .filteredOn(exchange -> exchange.ins() != 0x20)
                        .isNotEmpty()
                        .allMatch(exchange -> exchange.ins() == 0x84));
        assertThat(random.generateSeed(5)).hasSize(5);
        random.setSeed(1);
        assertThat(random.nextInt(10)).isBetween(0, 9);
    }

    // CVC

    @Test
    void cvcFactoryReadsAndTheValidatorFollowsADevicesChain() throws Exception {
        KeyPair pair = generate("secp256r1");
        if (!has(Ability.ATTESTATION)) {
            assertThat(pair.getPublic()).isNotInstanceOf(AttestedPublicKey.class);
        }
        if (!has(Ability.DEVICE_IDENTITY)) {
            bench.backend()
                    .assertRefused(
                            () -> SchsmDevice.of(bench.source().keyStore()).identity(),
                            bench.backend().lackOfIdentity(),
                            bench.source().id());
        }
        if (!has(Ability.ATTESTATION)) {
            return;
        }
        AttestedPublicKey attested = (AttestedPublicKey) pair.getPublic();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (Cvc part : attested.chain()) {
            file.writeBytes(part.getEncoded());
        }
        CertificateFactory factory = CertificateFactory.getInstance("CVC", provider);
        Collection<? extends Certificate> read =
                factory.generateCertificates(new ByteArrayInputStream(file.toByteArray()));
        assertThat(read).hasSize(3);
        Certificate request = factory.generateCertificate(
                new ByteArrayInputStream(attested.chain().get(0).getEncoded()));
        assertThat(request.getType()).isEqualTo("CVC");
        CertPath path = factory.generateCertPath(List.copyOf(read));
        CertPathValidator validator = CertPathValidator.getInstance("CVC", provider);
        DeviceTrust simulator = DeviceTrust.parse("simulator");

        validator.validate(path, CvcPathParameters.of(simulator));
        validator.validate(path, CvcPathParameters.of(simulator).validOn(LocalDate.of(2030, 1, 1)));
        assertThatThrownBy(() ->
                        validator.validate(path, CvcPathParameters.of(simulator).validOn(LocalDate.of(2070, 1, 1))))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("not valid on 2070-01-01");
        assertThatThrownBy(() -> validator.validate(path, CvcPathParameters.of(DeviceTrust.parse("production"))))
                .isInstanceOf(CertPathValidatorException.class)
                .hasCauseInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("DESRCACC100001");
        CertPath encodedAndBack = factory.generateCertPath(new ByteArrayInputStream(path.getEncoded()));
        validator.validate(encodedAndBack, CvcPathParameters.of(simulator));
        assertThatThrownBy(() -> factory.generateCertificate(new ByteArrayInputStream(new byte[] {1, 2, 3})))
                .isInstanceOf(CertificateException.class);
    }
}
