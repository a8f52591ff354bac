// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.HashAlgorithm;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.generators.MGF1BytesGenerator;
import org.bouncycastle.crypto.params.MGFParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The paddings against the JDK's, at modulus lengths that no device has, and with one byte wrong at a time. */
class RsaPaddingTest {
    private static final byte[] MESSAGE = {1, 2, 3, 0, 5};
    private static final int LENGTH = 128;

    private static KeyPair pair(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static byte[] raw(RSAPrivateKey key, byte[] block) {
        byte[] number = new BigInteger(1, block)
                .modPow(key.getPrivateExponent(), key.getModulus())
                .toByteArray();
        byte[] result = new byte[block.length];
        int used = Math.min(number.length, block.length);
        System.arraycopy(number, number.length - used, result, block.length - used, used);
        return result;
    }

    /** A modulus of 8n+1 bits has a byte more than the padding. */
    @ParameterizedTest
    @ValueSource(ints = {1024, 1025, 1026, 1031})
    void pssFitsEveryModulusLength(int bits) throws Exception {
        KeyPair pair = pair(bits);
        BigInteger modulus = ((RSAPublicKey) pair.getPublic()).getModulus();
        for (int salt : new int[] {0, 20, RsaPadding.maxPssSalt(bits, 32)}) {
            byte[] padded = RsaPadding.emsaPss(
                    HashAlgorithm.SHA256,
                    HashAlgorithm.SHA1,
                    modulus,
                    MessageDigest.getInstance("SHA-256").digest(MESSAGE),
                    new SecureRandom().generateSeed(salt));
            assertThat(padded).hasSize((bits + 7) / 8);
            Signature verifier = Signature.getInstance("RSASSA-PSS", "SunRsaSign");
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, salt, 1));
            verifier.initVerify(pair.getPublic());
            verifier.update(MESSAGE);
            assertThat(verifier.verify(raw((RSAPrivateKey) pair.getPrivate(), padded)))
                    .as("%d bits, salt of %d", bits, salt)
                    .isTrue();
        }
        assertThat(RsaPadding.maxPssSalt(bits, 200)).isNegative();
    }

    @Test
    void digestInfoIsThatOfTheStandard() throws Exception {
        assertThat(HexFormat.of().formatHex(RsaPadding.digestInfo(HashAlgorithm.SHA256, new byte[32])))
                .startsWith("3031300d060960864801650304020105000420");
        assertThat(HexFormat.of().formatHex(RsaPadding.digestInfo(HashAlgorithm.SHA1, new byte[20])))
                .startsWith("3021300906052b0e03021a05000414");
        for (HashAlgorithm hash : HashAlgorithm.values()) {
            KeyPair pair = pair(1024);
            byte[] digestInfo = RsaPadding.digestInfo(hash, hash.digest(MESSAGE));
            Signature theirs = Signature.getInstance(hash.jca().replace("SHA-", "SHA") + "withRSA", "SunRsaSign");
            theirs.initSign(pair.getPrivate());
            theirs.update(MESSAGE);
            assertThat(raw((RSAPrivateKey) pair.getPrivate(), RsaPadding.emsaPkcs1(digestInfo, LENGTH)))
                    .as(hash.jca())
                    .isEqualTo(theirs.sign());
        }
    }

    private static byte[] pkcs1(byte[] message) {
        byte[] padded = new byte[LENGTH];
        Arrays.fill(padded, (byte) 0xA5);
        padded[0] = 0;
        padded[1] = 2;
        padded[LENGTH - message.length - 1] = 0;
        System.arraycopy(message, 0, padded, LENGTH - message.length, message.length);
        return padded;
    }

    @Test
    void pkcs1ComesOffWhateverTheLengthAndNotWithAByteWrong() throws Exception {
        for (int length = 0; length <= LENGTH - 11; length++) {
            byte[] message = new byte[length];
            assertThat(RsaPadding.withoutPkcs1(pkcs1(message))).isEqualTo(message);
        }
        for (int length = LENGTH - 10; length < LENGTH - 2; length++) {
            byte[] tooLong = pkcs1(new byte[length]);
            assertThatThrownBy(() -> RsaPadding.withoutPkcs1(tooLong)).isExactlyInstanceOf(BadPaddingException.class);
        }
        for (int value = 0; value < 256; value++) {
            for (int at = 0; at < 2; at++) {
                byte[] padded = pkcs1(MESSAGE);
                padded[at] = (byte) value;
                if (value == 2 * at) {
                    assertThat(RsaPadding.withoutPkcs1(padded)).isEqualTo(MESSAGE);
                } else {
                    assertThatThrownBy(() -> RsaPadding.withoutPkcs1(padded))
                            .isExactlyInstanceOf(BadPaddingException.class)
                            .hasMessage(RsaPadding.wrong().getMessage());
                }
            }
        }
        byte[] endless = new byte[LENGTH];
        Arrays.fill(endless, (byte) 1);
        endless[0] = 0;
        endless[1] = 2;
        assertThatThrownBy(() -> RsaPadding.withoutPkcs1(endless)).isExactlyInstanceOf(BadPaddingException.class);
    }

    @Test
    void aMessageOfKnownLengthIsThatOrTheFallback() {
        byte[] fallback = new byte[48];
        Arrays.fill(fallback, (byte) 0x5A);
        byte[] message = new byte[48];
        message[0] = 3;
        assertThat(RsaPadding.withoutPkcs1(pkcs1(message), fallback)).isEqualTo(message);
        for (int at = 0; at < LENGTH - 48; at++) {
            byte[] padded = pkcs1(message);
            padded[at] = (byte) (padded[at] == (byte) 0xA5 ? 0 : 7);
            assertThat(RsaPadding.withoutPkcs1(padded, fallback))
                    .as("byte %d", at)
                    .isEqualTo(fallback);
        }
        assertThat(RsaPadding.withoutPkcs1(pkcs1(new byte[47]), fallback)).isEqualTo(fallback);
        assertThat(RsaPadding.withoutPkcs1(pkcs1(new byte[49]), fallback)).isEqualTo(fallback);
    }

    @Test
    void oaepComesOffAndNotWithABitWrong() throws Exception {
        KeyPair pair = pair(1024);
        OAEPParameterSpec parameters =
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, new PSource.PSpecified(MESSAGE));
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding", "SunJCE");
        cipher.init(Cipher.ENCRYPT_MODE, pair.getPublic(), parameters);
        for (int length : new int[] {0, 1, 5, LENGTH - 66}) {
            byte[] message = new byte[length];
            byte[] padded = raw((RSAPrivateKey) pair.getPrivate(), cipher.doFinal(message));
            assertThat(oaep(padded.clone(), MESSAGE)).isEqualTo(message);
            assertThatThrownBy(() -> oaep(padded.clone(), new byte[0])).isExactlyInstanceOf(BadPaddingException.class);
            for (int bit = 0; bit < 8 * LENGTH; bit += 5) {
                byte[] flipped = padded.clone();
                flipped[bit / 8] ^= (byte) (0x80 >>> bit % 8);
                byte[] reference;
                try {
                    reference = reference(pair, flipped, parameters);
                } catch (BadPaddingException alsoTheirs) {
                    assertThatThrownBy(() -> oaep(flipped, MESSAGE))
                            .as("bit %d", bit)
                            .isExactlyInstanceOf(BadPaddingException.class)
                            .hasMessage(RsaPadding.wrong().getMessage());
                    continue;
                }
                assertThat(oaep(flipped, MESSAGE)).as("bit %d", bit).isEqualTo(reference);
            }
        }
        assertThat(RsaPadding.fitsOaep(LENGTH, 63)).isTrue();
        assertThat(RsaPadding.fitsOaep(LENGTH, 64)).isFalse();
    }

    /** Zeros, and nothing else, stand between the hash of the label and the 01 before the message. */
    @Test
    void oaepWithAnythingBetweenLabelHashAndMessageIsWrong() throws Exception {
        byte[] data = new byte[LENGTH - 1 - 32];
        System.arraycopy(HashAlgorithm.SHA256.digest(MESSAGE), 0, data, 0, 32);
        int separator = data.length - MESSAGE.length - 1;
        data[separator] = 1;
        System.arraycopy(MESSAGE, 0, data, separator + 1, MESSAGE.length);
        assertThat(oaep(masked(data), MESSAGE)).isEqualTo(MESSAGE);
        for (int at = 32; at <= separator; at++) {
            for (int value : new int[] {2, 0x80, 0xFF}) {
                byte[] changed = data.clone();
                changed[at] = (byte) value;
                byte[] padded = masked(changed);
                assertThatThrownBy(() -> oaep(padded, MESSAGE))
                        .as("%02x in byte %d", value, at)
                        .isExactlyInstanceOf(BadPaddingException.class)
                        .hasMessage(RsaPadding.wrong().getMessage());
            }
        }
        byte[] endless = Arrays.copyOf(Arrays.copyOf(data, 32), data.length);
        assertThatThrownBy(() -> oaep(masked(endless), MESSAGE)).isExactlyInstanceOf(BadPaddingException.class);
        byte[] firstByte = masked(data);
        firstByte[0] = 1;
        assertThatThrownBy(() -> oaep(firstByte, MESSAGE)).isExactlyInstanceOf(BadPaddingException.class);
    }

    /** Puts the masks of OAEP on, with MGF1 of SHA-1. */
    private static byte[] masked(byte[] data) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) 0x33);
        byte[] maskedData = xor(data, mask(seed, data.length));
        byte[] padded = new byte[LENGTH];
        System.arraycopy(xor(seed, mask(maskedData, 32)), 0, padded, 1, 32);
        System.arraycopy(maskedData, 0, padded, 33, maskedData.length);
        return padded;
    }

    private static byte[] mask(byte[] seed, int length) {
        MGF1BytesGenerator generator = new MGF1BytesGenerator(new SHA1Digest());
        generator.init(new MGFParameters(seed));
        byte[] mask = new byte[length];
        generator.generateBytes(mask, 0, length);
        return mask;
    }

    private static byte[] xor(byte[] first, byte[] second) {
        byte[] result = first.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= second[i];
        }
        return result;
    }

    private static byte[] oaep(byte[] padded, byte[] label) throws Exception {
        return RsaPadding.withoutOaep(padded, HashAlgorithm.SHA256, HashAlgorithm.SHA1, label);
    }

    /** What the JDK makes of the block. */
    private static byte[] reference(KeyPair pair, byte[] block, OAEPParameterSpec parameters) throws Exception {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        BigInteger number = new BigInteger(1, block);
        if (number.compareTo(key.getModulus()) >= 0) {
            throw new BadPaddingException();
        }
        byte[] encrypted =
                number.modPow(key.getPublicExponent(), key.getModulus()).toByteArray();
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding", "SunJCE");
        cipher.init(Cipher.DECRYPT_MODE, pair.getPrivate(), parameters);
        int from = encrypted.length > LENGTH ? encrypted.length - LENGTH : 0;
        return cipher.doFinal(encrypted, from, encrypted.length - from);
    }

    @Test
    void hashFunctionsHaveOneNameWhateverTheSpelling() throws Exception {
        for (String spelling : new String[] {"SHA", "sha1", "SHA-1"}) {
            assertThat(RsaPadding.hash(spelling)).isEqualTo(HashAlgorithm.SHA1);
        }
        assertThat(RsaPadding.hash("SHA512/256")).isEqualTo(HashAlgorithm.SHA512_256);
        assertThat(RsaPadding.hash("sha3-384")).isEqualTo(HashAlgorithm.SHA3_384);
        for (String none : new String[] {"MD5", "", "SHA-3", "SHA2", "SHA-"}) {
            assertThatThrownBy(() -> RsaPadding.hash(none))
                    .isInstanceOf(InvalidAlgorithmParameterException.class)
                    .hasMessageContainingAll("\"" + none + "\"", "SHA3-512");
        }
    }
}
