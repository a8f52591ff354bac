// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.SoftwareKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPrivateKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blobs that the host makes are those that genuine devices made, byte for byte. */
class HostWrappedKeysTest {
    private static final String RSA_SHARE = "31904a320402aaae22469a6de0feacba8316e7daf6e502f64aae5160eceffe2d";
    private static final String EC_SHARE = "5965add4f58b867f21795fe4a4a7641d1f57e784ccfd68453609c45d6326862b";

    private static byte[] blob(String vector) throws Exception {
        Path file = Path.of(
                System.getProperty("schsm.home"),
                "conformance-tests/src/test/resources/vectors",
                "genuine-" + vector + "-wky.hex");
        return WrappedKeyEntry.parse(
                        HexFormat.of().parseHex(Files.readString(file).strip()))
                .blob();
    }

    /** The salt is the beginning of what is encrypted, and the only thing in a blob that is random. */
    private static byte[] salt(byte[] blob, byte[] kek) throws Exception {
        byte[] key = new byte[36];
        System.arraycopy(kek, 0, key, 0, 32);
        key[35] = 1;
        Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
        aes.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(MessageDigest.getInstance("SHA-256").digest(key), "AES"),
                new IvParameterSpec(new byte[16]));
        return Arrays.copyOf(aes.doFinal(WrappedKeyBlob.parse(blob).cipherText()), 8);
    }

    private static SecureRandom giving(byte[] bytes) {
        return new SecureRandom() {
            @Override
            public void nextBytes(byte[] wanted) {
                System.arraycopy(bytes, 0, wanted, 0, wanted.length);
            }
        };
    }

    private static List<BigInteger> numbers(byte[] keyData) {
        ByteBuffer in = ByteBuffer.wrap(keyData);
        in.getShort();
        List<BigInteger> numbers = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] number = new byte[in.getShort()];
            in.get(number);
            numbers.add(new BigInteger(1, number));
        }
        return numbers;
    }

    @ParameterizedTest
    @CsvSource({"rsa2048, " + RSA_SHARE, "rsa4096, " + RSA_SHARE, "secp256k1, " + EC_SHARE})
    void wrapsAsTheGenuineDeviceDid(String vector, String share) throws Exception {
        byte[] kek = HexFormat.of().parseHex(share);
        byte[] genuine = blob(vector);
        List<BigInteger> numbers = numbers(WrappedKeyBlob.parse(genuine).unwrap(kek));
        SoftwareKey key;
        if (vector.startsWith("secp")) {
            BigInteger d = numbers.get(5);
            key = new SoftwareKey.Ec(EcCurve.SECP256K1, d, EcCurve.SECP256K1.publicKeyOf(d));
        } else {
            KeyFactory rsa = KeyFactory.getInstance("RSA");
            boolean crt = numbers.size() == 7;
            BigInteger n = numbers.get(crt ? 5 : 1);
            BigInteger e = numbers.get(crt ? 6 : 2);
            BigInteger d = crt
                    ? e.modInverse(numbers.get(2)
                            .subtract(BigInteger.ONE)
                            .multiply(numbers.get(4).subtract(BigInteger.ONE)))
                    : numbers.get(0);
            key = crt
                    ? new SoftwareKey.Rsa(n, e, d, numbers.get(2), numbers.get(4))
                    : SoftwareKey.of(rsa.generatePrivate(new RSAPrivateKeySpec(n, d)), null);
        }

        try (Dkek dkek = Dkek.of(List.of(kek))) {
            byte[] ours = dkek.wrap(key, List.of(), giving(salt(genuine, kek))).encode();

            assertThat(HexFormat.of().formatHex(ours)).isEqualTo(HexFormat.of().formatHex(genuine));
        }
    }

    @Test
    void sharesAddUpToTheDkekWhoseCheckValueTheDeviceShowed() throws Exception {
        byte[] whole = HexFormat.of().parseHex(RSA_SHARE);
        byte[] one = new byte[32];
        new SecureRandom().nextBytes(one);
        byte[] other = new byte[32];
        for (int i = 0; i < 32; i++) {
            other[i] = (byte) (whole[i] ^ one[i]);
        }
        Dkek dkek = Dkek.of(List.of(one, other));

        assertThat(dkek).hasToString("DKEK with KCV D2F16CD233B4EF7F");
        dkek.close();
        assertThat(dkek.bytes()).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({"1024, 6", "2048, 6", "3072, 5"})
    void rsaKeyWithoutPrimesIsCompleted(int bits, int type) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        RSAPrivateCrtKey whole = (RSAPrivateCrtKey) generator.generateKeyPair().getPrivate();
        SoftwareKey completed = SoftwareKey.of(
                KeyFactory.getInstance("RSA")
                        .generatePrivate(new RSAPrivateKeySpec(whole.getModulus(), whole.getPrivateExponent())),
                null);
        SoftwareKey.Rsa rsa = (SoftwareKey.Rsa) completed;

        assertThat(List.of(rsa.p(), rsa.q())).containsExactlyInAnyOrder(whole.getPrimeP(), whole.getPrimeQ());
        assertThat(rsa.e()).isEqualTo(whole.getPublicExponent());
        try (Dkek dkek = Dkek.of(List.of(new byte[32]))) {
            WrappedKeyBlob blob = dkek.wrap(rsa, List.of(KeyAlgorithm.RSA_RAW), new SecureRandom());
            assertThat(blob.type()).isEqualTo(type);
            assertThat(blob.allowedAlgorithmIds()).containsExactly(0x20);
        }
    }

    @Test
    void requestOfASoftwareKeyIsSignedByIt() throws Exception {
        BigInteger d = new BigInteger("1234567890123456789");
        for (EcCurve curve : EcCurve.values()) {
            Cvc request = Cvc.parse(Dkek.request(new SoftwareKey.Ec(curve, d, curve.publicKeyOf(d))));

            assertThat(request.isSelfSigned()).as(curve.toString()).isTrue();
            assertThat(request.getPublicKey()).isEqualTo(curve.publicKeyOf(d));
        }
    }

    @Test
    void longerListThanDevicesTakeIsRefused() {
        try (Dkek dkek = Dkek.of(List.of(new byte[32]))) {
            List<KeyAlgorithm> many = Collections.nCopies(17, KeyAlgorithm.AES_CMAC);
            assertThatThrownBy(() -> dkek.wrap(new SoftwareKey.Aes(new byte[16]), many, new SecureRandom()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("at most 16");
        }
    }
}
