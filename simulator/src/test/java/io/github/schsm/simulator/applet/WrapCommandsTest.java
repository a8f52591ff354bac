// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Bytes;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wrapping, checked by a decoder of the blob that was written from docs/protocol.md alone. */
public class WrapCommandsTest {
    private static final int KCV = 8;
    private static final byte[] KEK = CardProbe.bytes("A7".repeat(32));

    private CardProbe card;

    @BeforeEach
    void deviceWithADkekInSlotOne() throws SchsmException {
        card = CardProbe.authenticated();
        assertThat(card.send("80520101010100")).isEqualTo(0x9000);
        assertThat(card.send("8052000120" + CardProbe.hex(KEK) + "00")).isEqualTo(0x9000);
    }

    static byte[] cmac(byte[] key, byte[] data) {
        CMac mac = new CMac(AESEngine.newInstance());
        mac.init(new KeyParameter(key));
        mac.update(data, 0, data.length);
        byte[] result = new byte[16];
        mac.doFinal(result, 0);
        return result;
    }

    private static byte[] sha256(byte[] key, int counter) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(Bytes.concat(key, Bytes.of(0, 0, 0, counter)));
    }

    /** A blob taken apart, field by field. */
    record Opened(byte[] kcv, int type, List<byte[]> header, int size, List<byte[]> numbers, byte[] rest) {
        static Opened of(byte[] blob, byte[] kek) throws GeneralSecurityException {
            byte[] signed = Arrays.copyOf(blob, blob.length - 16);
            assertThat(cmac(sha256(kek, 2), signed)).isEqualTo(Arrays.copyOfRange(blob, blob.length - 16, blob.length));
            ByteBuffer in = ByteBuffer.wrap(signed);
            byte[] kcv = new byte[8];
            in.get(kcv);
            int type = in.get();
            List<byte[]> header = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                header.add(field(in));
            }
            byte[] encrypted = new byte[in.remaining()];
            in.get(encrypted);
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE, new SecretKeySpec(sha256(kek, 1), "AES"), new IvParameterSpec(new byte[16]));
            byte[] secret = cipher.doFinal(encrypted);
            int end = secret.length - 1;
            while (secret[end] == 0) {
                end--;
            }
            assertThat(secret[end] & 0xFF).isEqualTo(0x80);
            ByteBuffer data = ByteBuffer.wrap(secret, 8, end - 8);
            int size = data.getShort();
            List<byte[]> numbers = new ArrayList<>();
            while (type != 15 && data.hasRemaining()) {
                numbers.add(field(data));
            }
            byte[] rest = new byte[data.remaining()];
            data.get(rest);
            return new Opened(kcv, type, header, size, numbers, rest);
        }

        private static byte[] field(ByteBuffer in) {
            byte[] value = new byte[in.getShort()];
            in.get(value);
            return value;
        }

        byte[] aesKey() {
            assertThat(type).isEqualTo(15);
            assertThat(rest).hasSize(size);
            return rest;
        }
    }

    private byte[] wrapped(int keyId) {
        assertThat(card.command(0x80720092 | keyId << 8, "")).isEqualTo(0x9000);
        return card.data();
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void anEcKeyIsWrappedAsTheProtocolSays(EcCurve curve) throws Exception {
        Cvc key = card.generated(1, curve, "91027092 920101");
        byte[] blob = wrapped(1);
        Opened opened = Opened.of(blob, KEK);
        assertThat(opened.kcv())
                .isEqualTo(Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(KEK), 8));
        assertThat(opened.type()).isEqualTo(12);
        assertThat(opened.header().get(0)).isEqualTo(CardProbe.bytes("04007F00070202020203"));
        assertThat(opened.header().get(1)).isEqualTo(CardProbe.bytes("7092"));
        assertThat(opened.header().get(2)).isEmpty();
        assertThat(opened.header().get(3)).isEmpty();
        assertThat(opened.size()).isEqualTo(curve.bits());
        var x9 = ECNamedCurveTable.getByName(curve.curveName());
        List<byte[]> numbers = opened.numbers();
        assertThat(numbers).hasSize(7);
        assertThat(new BigInteger(1, numbers.get(0)))
                .isEqualTo(x9.getCurve().getA().toBigInteger());
        assertThat(new BigInteger(1, numbers.get(1)))
                .isEqualTo(x9.getCurve().getB().toBigInteger());
        assertThat(new BigInteger(1, numbers.get(2)))
                .isEqualTo(x9.getCurve().getField().getCharacteristic());
        assertThat(new BigInteger(1, numbers.get(3))).isEqualTo(x9.getN());
        assertThat(numbers.get(4)).isEqualTo(x9.getG().getEncoded(false));
        assertThat(x9.getG().multiply(new BigInteger(1, numbers.get(5))).getEncoded(false))
                .isEqualTo(key.publicPoint());
        assertThat(numbers.get(6)).isEqualTo(key.publicPoint());
        assertThat(wrapped(1)).as("salted").isNotEqualTo(blob);

        assertThat(card.command(0x80740293, blob)).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0200")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("A507" + "91027092" + "920101");
        assertThat(card.send("00A4000C02CE02")).as("no certificate").isEqualTo(0x6A82);
        byte[] hash = new byte[20];
        assertThat(card.command(0x80680270, hash)).isEqualTo(0x9000);
        assertThat(curve.verify(key.publicPoint(), hash, KeyUseTest.plain(card.data(), curve.orderLength())))
                .isTrue();
    }

    @Test
    void anAesKeyMovesAndKeepsItsListButNotItsUseCounter() throws Exception {
        assertThat(card.send("004801B2 0F 900400000005 910418109299" + "920101"))
                .isEqualTo(0x9000);
        assertThat(card.command(0x80780118, "00")).isEqualTo(0x9000);
        byte[] mac = card.data();
        byte[] blob = wrapped(1);
        Opened opened = Opened.of(blob, KEK);
        assertThat(opened.header().get(0)).isEqualTo(CardProbe.bytes("6086480165030401"));
        assertThat(opened.size()).as("in bytes").isEqualTo(32);
        assertThat(opened.aesKey()).hasSize(32);
        assertThat(card.write(0x2F10, blob)).isEqualTo(0x9000);
        assertThat(card.send("80740293")).as("from the input buffer").isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0200")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("A509" + "910418109299" + "920101");
        assertThat(card.command(0x80780218, "00")).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(mac);
        assertThat(card.send("80740393")).as("the buffer is used up").isEqualTo(0x6A80);
    }

    @Test
    void anRsaKeyMovesWithItsPrimes() throws Exception {
        byte[] template = Bytes.concat(
                CardProbe.bytes("5F290100 7F4915 060A04007F00070202020102 8203010001 02020400"),
                Tlv.of(0x5F20, CardProbe.ascii("UTTM00001")).encoded(),
                CardProbe.bytes("91023092 920101"));
        assertThat(card.command(0x00460100, template)).isEqualTo(0x9000);
        byte[] blob = wrapped(1);
        Opened opened = Opened.of(blob, KEK);
        assertThat(opened.type()).isEqualTo(6);
        assertThat(opened.size()).isEqualTo(1024);
        List<BigInteger> numbers =
                opened.numbers().stream().map(bytes -> new BigInteger(1, bytes)).toList();
        BigInteger p = numbers.get(2);
        BigInteger q = numbers.get(4);
        assertThat(p.multiply(q)).isEqualTo(numbers.get(5));
        assertThat(numbers.get(3).multiply(q).mod(p)).isEqualTo(BigInteger.ONE);
        assertThat(numbers.get(0).multiply(numbers.get(6)).mod(p.subtract(BigInteger.ONE)))
                .isEqualTo(BigInteger.ONE);
        assertThat(numbers.get(1).multiply(numbers.get(6)).mod(q.subtract(BigInteger.ONE)))
                .isEqualTo(BigInteger.ONE);
        assertThat(numbers.get(6)).isEqualTo(BigInteger.valueOf(65537));
        assertThat(card.command(0x80740293, blob)).isEqualTo(0x9000);
        assertThat(card.command(0x80680130, "010203")).isEqualTo(0x9000);
        byte[] signature = card.data();
        assertThat(card.command(0x80680230, "010203")).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(signature);
        assertThat(Cvc.parse(card.read(0xCE01)).isEc()).isFalse();
    }

    @Test
    void anRsaKeyWithoutPrimesIsTaken() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        var pair = (RSAPrivateCrtKey) generator.generateKeyPair().getPrivate();
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        secret.writeBytes(Bytes.uint16(1024));
        for (BigInteger number : List.of(pair.getPrivateExponent(), pair.getModulus(), pair.getPublicExponent())) {
            byte[] bytes = BigIntegers.asUnsignedByteArray(number);
            secret.writeBytes(Bytes.uint16(bytes.length));
            secret.writeBytes(bytes);
        }
        byte[] blob = sealed(5, secret.toByteArray());
        assertThat(card.command(0x80740293, blob)).isEqualTo(0x9000);
        assertThat(card.command(0x80680230, "010203")).isEqualTo(0x9000);
        Cipher recover = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        var publicKey = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(pair.getModulus(), pair.getPublicExponent()));
        recover.init(Cipher.DECRYPT_MODE, publicKey);
        assertThat(recover.doFinal(card.data())).containsExactly(1, 2, 3);
        assertThat(card.command(0x80720292, "")).as("no list, and slots").isEqualTo(0x6A81);
    }

    /** A blob as a host with all DKEK shares makes it. */
    private static byte[] sealed(int type, byte[] keyData) throws GeneralSecurityException {
        return sealed(KEK, type, keyData);
    }

    public static byte[] sealed(byte[] kek, int type, byte[] keyData) throws GeneralSecurityException {
        byte[] padded =
                Arrays.copyOf(Bytes.concat(new byte[8], keyData, Bytes.of(0x80)), (keyData.length + 24) / 16 * 16);
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(sha256(kek, 1), "AES"), new IvParameterSpec(new byte[16]));
        byte[] signed = Bytes.concat(
                Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(kek), 8),
                Bytes.of(type),
                new byte[8],
                cipher.doFinal(padded));
        return Bytes.concat(signed, cmac(sha256(kek, 2), signed));
    }

    @Test
    void authenticBlobsWithNonsenseInThemAreRefused() throws GeneralSecurityException {
        List<byte[]> nonsense = List.of(
                new byte[0],
                new byte[1],
                Bytes.of(0, 32),
                Bytes.of(0, 5, 1, 2, 3, 4, 5),
                Bytes.concat(Bytes.of(0, 16), new byte[17]),
                Bytes.concat(Bytes.of(1, 0), new byte[14]),
                Bytes.concat(Bytes.of(4, 0), new byte[14]),
                Bytes.concat(Bytes.of(4, 0, 0xFF, 0xFF), new byte[14]),
                Bytes.concat(Bytes.of(4, 0), Bytes.of(0, 1, 7, 0, 1, 9, 0, 1, 3)));
        for (int type : new int[] {0, 5, 6, 12, 15, 99, 255}) {
            for (byte[] keyData : nonsense) {
                assertThat(card.command(0x80740293, sealed(type, keyData)))
                        .as("type %d, %d bytes", type, keyData.length)
                        .isEqualTo(0x6A80);
            }
        }
    }

    @Test
    void everyFlippedBitAndEveryCutMakesTheBlobUnusable() {
        assertThat(card.send("004801B0 06 910192" + "920101")).isEqualTo(0x9000);
        byte[] blob = wrapped(1);
        for (int i = 0; i < blob.length; i++) {
            byte[] flipped = blob.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            assertThat(card.command(0x80740293, flipped)).as("byte %d", i).isEqualTo(i < KCV ? 0x6A88 : 0x6A80);
        }
        for (int length = 1; length < blob.length; length++) {
            assertThat(card.command(0x80740293, Arrays.copyOf(blob, length))).isEqualTo(0x6A80);
        }
        assertThat(card.command(0x80740293, Arrays.copyOf(blob, blob.length + 16)))
                .isEqualTo(0x6A80);
        assertThat(card.send("00A4000C02CC02")).isEqualTo(0x6A82);
        assertThat(card.command(0x80740293, blob)).isEqualTo(0x9000);
        assertThat(card.command(0x80740293, blob)).isEqualTo(0x6A89);
        assertThat(card.command(0x80740093, blob)).isEqualTo(0x6A86);
        assertThat(card.command(0x80740392, blob)).isEqualTo(0x6A86);
    }

    @Test
    void onlyKeysThatMayLeaveAndWhoseDomainHasAKekAreWrapped() {
        assertThat(card.generate(1, EcCurve.SECP256R1, "910170 920101")).isEqualTo(0x9000);
        assertThat(card.command(0x80720192, "")).as("92 is not listed").isEqualTo(0x6A81);
        assertThat(card.generate(2, EcCurve.SECP256R1, "920101")).isEqualTo(0x9000);
        assertThat(card.command(0x80720292, "")).as("no list, and slots").isEqualTo(0x6A81);
        assertThat(card.generate(3, EcCurve.SECP256R1, "9101A0 920101")).isEqualTo(0x9000);
        assertThat(card.command(0x80720392, "")).as("A0 does not mean 92").isEqualTo(0x6A81);
        assertThat(card.generate(4, EcCurve.SECP256R1, "91027092")).isEqualTo(0x9000);
        assertThat(card.command(0x80720492, "")).as("in no domain").isEqualTo(0x6985);
        assertThat(card.generate(5, EcCurve.SECP256R1, "91027092 920101")).isEqualTo(0x9000);
        assertThat(card.command(0x80720593, "")).isEqualTo(0x6A86);
        assertThat(card.command(0x80720592, "00")).isEqualTo(0x6700);
        assertThat(card.command(0x80720992, "")).as("no such key").isEqualTo(0x6A88);
        byte[] blob = wrapped(5);
        assertThat(card.send("8052040100")).isEqualTo(0x9000);
        assertThat(card.command(0x80720592, "")).as("without KEK").isEqualTo(0x6985);
        assertThat(card.command(0x80740693, blob)).as("without KEK").isEqualTo(0x6A88);
    }

    @Test
    void withOneDkekAKeyWithoutListMayBeWrapped() throws MalformedDataException {
        assertThat(card.initialize("80020001 8106363438323139 82083537363231383830 910103 920101"))
                .isEqualTo(0x9000);
        assertThat(card.send("8052000020" + CardProbe.hex(KEK) + "00")).isEqualTo(0x9000);
        card.verify();
        Cvc key = card.generated(1, EcCurve.SECP256R1, "");
        assertThat(card.command(0x80740293, wrapped(1))).isEqualTo(0x9000);
        assertThat(key.isEc()).isTrue();
        assertThat(card.generate(3, EcCurve.SECP256R1, "910170")).isEqualTo(0x9000);
        assertThat(card.command(0x80720392, "")).isEqualTo(0x6A81);
    }
}
