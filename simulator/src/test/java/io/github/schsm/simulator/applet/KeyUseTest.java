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
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.RsaMath;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

public class KeyUseTest {
    private static final byte[] MESSAGE = CardProbe.ascii("what is to be signed");

    private CardProbe card;

    @BeforeEach
    void authenticatedCard() throws SchsmException {
        card = CardProbe.authenticated();
    }

    public static byte[] plain(byte[] der, int length) {
        ASN1Sequence rs = ASN1Sequence.getInstance(der);
        return Bytes.concat(
                BigIntegers.asUnsignedByteArray(
                        length, ASN1Integer.getInstance(rs.getObjectAt(0)).getPositiveValue()),
                BigIntegers.asUnsignedByteArray(
                        length, ASN1Integer.getInstance(rs.getObjectAt(1)).getPositiveValue()));
    }

    private byte[] signature(EcCurve curve) {
        return plain(card.data(), curve.orderLength());
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void everyCurveSignsAHash(EcCurve curve) throws MalformedDataException {
        Cvc key = card.generated(1, curve, "");
        byte[] hash = Arrays.copyOf(Hashes.digest("SHA-512", MESSAGE), Math.min(64, curve.orderLength()));
        assertThat(card.command(0x80680170, hash)).isEqualTo(0x9000);
        assertThat(curve.verify(key.publicPoint(), hash, signature(curve))).isTrue();
        byte[] shorter = Hashes.digest("SHA-1", MESSAGE);
        assertThat(card.command(0x80680170, shorter)).isEqualTo(0x9000);
        assertThat(curve.verify(key.publicPoint(), shorter, signature(curve))).isTrue();
        assertThat(card.command(0x80680170, new byte[curve.orderLength() + 1])).isEqualTo(0x6A80);
    }

    @ParameterizedTest
    @CsvSource({"71, SHA-1", "72, SHA-224", "73, SHA-256", "74, SHA-384", "75, SHA-512"})
    void theDeviceHashesForEcdsa(String algorithm, String hash) throws Exception {
        Cvc key = card.generated(1, EcCurve.SECP384R1, "");
        assertThat(card.command(0x80680100 | Integer.parseInt(algorithm, 16), MESSAGE))
                .isEqualTo(0x9000);
        assertThat(EcCurve.SECP384R1.verify(
                        key.publicPoint(),
                        MessageDigest.getInstance(hash).digest(MESSAGE),
                        signature(EcCurve.SECP384R1)))
                .isTrue();
    }

    private PublicKey rsaKey(String attributes) throws MalformedDataException {
        byte[] template = Bytes.concat(
                CardProbe.bytes("5F290100 7F4915 060A04007F00070202020102 8203010001 02020800"),
                Tlv.of(0x5F20, CardProbe.ascii("UTTM00001")).encoded(),
                CardProbe.bytes(attributes));
        assertThat(card.command(0x00460900, template)).isEqualTo(0x9000);
        return Cvc.parse(card.data()).getPublicKey();
    }

    private static boolean verifies(Signature verifier, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
    }

    @Test
    void rsaSignsRawPkcs1AndPss() throws Exception {
        PublicKey key = rsaKey("");
        String[] hashes = {"SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"};
        for (int i = 1; i <= hashes.length; i++) {
            String name = hashes[i - 1].replace("-", "");
            assertThat(card.command(0x80680930 + i, MESSAGE)).isEqualTo(0x9000);
            assertThat(card.data()).hasSize(256);
            assertThat(verifies(Signature.getInstance(name + "withRSA"), key, MESSAGE, card.data()))
                    .isTrue();
            assertThat(card.command(0x80680940 + i, MESSAGE)).isEqualTo(0x9000);
            assertThat(verifies(pss(hashes[i - 1]), key, MESSAGE, card.data())).isTrue();
        }
        byte[] hash = Hashes.sha256(MESSAGE);
        assertThat(card.command(0x80680930, RsaMath.digestInfo("SHA-256", hash)))
                .isEqualTo(0x9000);
        byte[] pkcs1 = card.data();
        assertThat(verifies(Signature.getInstance("SHA256withRSA"), key, MESSAGE, pkcs1))
                .isTrue();
        for (String name : hashes) {
            byte[] given = MessageDigest.getInstance(name).digest(MESSAGE);
            assertThat(card.command(0x80680940, given)).as(name).isEqualTo(0x9000);
            assertThat(verifies(pss(name), key, MESSAGE, card.data())).as(name).isTrue();
            assertThat(card.command(0x80680940, RsaMath.digestInfo(name, given)))
                    .as(name)
                    .isEqualTo(0x9000);
            assertThat(verifies(pss(name), key, MESSAGE, card.data())).as(name).isTrue();
        }
        assertThat(card.command(0x80680940, RsaMath.digestInfo("SHA-256", hash)))
                .as("OpenSC")
                .isEqualTo(0x9000);
        assertThat(verifies(pss("SHA-256"), key, MESSAGE, card.data())).isTrue();
        assertThat(card.command(0x80680940, new byte[16])).isEqualTo(0x6A80);
        assertThat(card.command(0x80680930, new byte[246])).isEqualTo(0x6A80);
        Cipher recover = Cipher.getInstance("RSA/ECB/NoPadding");
        recover.init(Cipher.ENCRYPT_MODE, key);
        byte[] padded = recover.doFinal(pkcs1);
        assertThat(card.command(0x80680920, padded)).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(pkcs1);
        assertThat(card.command(0x80680920, new byte[255])).isEqualTo(0x6A80);
        byte[] tooLarge = new byte[256];
        Arrays.fill(tooLarge, (byte) 0xFF);
        assertThat(card.command(0x80680920, tooLarge)).isEqualTo(0x6A80);
    }

    private static Signature pss(String hash) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        int salt = MessageDigest.getInstance(hash).getDigestLength();
        verifier.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
        return verifier;
    }

    @Test
    void rsaDecryptsRawPkcs1AndOaep() throws Exception {
        PublicKey key = rsaKey("");
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        byte[] encrypted = cipher.doFinal(MESSAGE);
        assertThat(card.command(0x80620922, encrypted)).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(MESSAGE);
        assertThat(card.command(0x80620921, encrypted)).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(256).startsWith(0, 2).endsWith(MESSAGE);
        Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPPadding");
        oaep.init(
                Cipher.ENCRYPT_MODE,
                key,
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        assertThat(card.command(0x80620923, oaep.doFinal(MESSAGE))).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(MESSAGE);
        assertThat(card.command(0x80620923, encrypted)).isEqualTo(0x6A80);
        assertThat(card.command(0x80620922, new byte[256])).isEqualTo(0x6A80);
        assertThat(card.command(0x80620922, new byte[12])).isEqualTo(0x6A80);
    }

    @Test
    void ecdhGivesTheSharedPoint() throws MalformedDataException {
        Cvc first = card.generated(1, EcCurve.SECP256R1, "");
        Cvc second = card.generated(2, EcCurve.SECP256R1, "");
        assertThat(card.command(0x80620180, second.publicPoint())).isEqualTo(0x9000);
        byte[] shared = card.data();
        assertThat(shared).hasSize(65).startsWith(4);
        assertThat(card.command(0x80620280, first.publicPoint())).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(shared);
        byte[] offCurve = second.publicPoint();
        offCurve[64] ^= 1;
        assertThat(card.command(0x80620180, offCurve)).isEqualTo(0x6A80);
        assertThat(card.command(0x80620180, new byte[] {4})).isEqualTo(0x6A80);
        assertThat(card.command(0x80620180, "")).isEqualTo(0x6700);
        Cvc otherCurve = card.generated(3, EcCurve.BRAINPOOLP256R1, "");
        assertThat(card.command(0x80620180, otherCurve.publicPoint())).isEqualTo(0x6A80);
    }

    @Test
    void authenticatedEcdhTakesAttestedKeysOnly() throws MalformedDataException {
        Cvc first = card.generated(1, EcCurve.SECP256R1, "910183");
        Cvc second = card.generated(2, EcCurve.SECP256R1, "910180");
        byte[] content = Tlv.parse(first.getEncoded()).value();
        assertThat(card.command(0x80620283, content)).as("not allowed").isEqualTo(0x6A81);
        byte[] peer = Tlv.parse(second.getEncoded()).value();
        assertThat(card.command(0x80620183, peer)).as("nothing selected").isEqualTo(0x6A88);
        card.learn(card.read(0x2F02));
        assertThat(card.command(0x80620183, peer)).isEqualTo(0x9000);
        byte[] shared = card.data();
        assertThat(card.command(0x80620280, first.publicPoint())).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(shared);
        assertThat(card.write(0x2F10, peer)).isEqualTo(0x9000);
        assertThat(card.command(0x80620183, "")).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(shared);
        assertThat(card.command(0x80620183, "")).as("the buffer is used up").isEqualTo(0x6700);
        peer[peer.length - 1] ^= 1;
        assertThat(card.command(0x80620183, peer)).isEqualTo(0x6985);
    }

    @Test
    void aesCbcAndCmacAgreeWithEachOtherAndWithTheJdk() throws Exception {
        assertThat(card.initialize("80020001 8106363438323139 82083537363231383830 910103 920101"))
                .isEqualTo(0x9000);
        assertThat(card.send("80520000 20 " + "11".repeat(32))).isEqualTo(0x9000);
        card.verify();
        assertThat(card.send("004801B2")).isEqualTo(0x9000);
        assertThat(card.command(0x80720192, "")).isEqualTo(0x9000);
        byte[] value = WrapCommandsTest.Opened.of(card.data(), CardProbe.bytes("11".repeat(32)))
                .aesKey();
        byte[] data = new byte[48];
        data[20] = 7;
        assertThat(card.command(0x80780110, data)).isEqualTo(0x9000);
        byte[] encrypted = card.data();
        Cipher jdk = Cipher.getInstance("AES/CBC/NoPadding");
        jdk.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(value, "AES"), new IvParameterSpec(new byte[16]));
        assertThat(encrypted).isEqualTo(jdk.doFinal(data));
        assertThat(card.command(0x80780111, encrypted)).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(data);
        assertThat(card.command(0x80780110, new byte[15])).isEqualTo(0x6700);
        assertThat(card.command(0x80780110, "")).isEqualTo(0x6700);
        assertThat(card.command(0x80780118, new byte[16])).isEqualTo(0x9000);
        assertThat(card.data()).isEqualTo(WrapCommandsTest.cmac(value, new byte[16]));
        assertThat(card.command(0x80780199, data)).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(32);
    }

    @Test
    void derivationAddsToThePrivateKey() throws MalformedDataException {
        Cvc parent = card.generated(1, EcCurve.SECP256R1, "91027098");
        assertThat(card.command(0x80760102, "98" + "05")).isEqualTo(0x9000);
        byte[] hash = Hashes.sha256(MESSAGE);
        assertThat(card.command(0x80680270, hash)).isEqualTo(0x9000);
        var curve = ECNamedCurveTable.getByName("secp256r1");
        byte[] derived = curve.getCurve()
                .decodePoint(parent.publicPoint())
                .add(curve.getG().multiply(BigInteger.valueOf(5)))
                .getEncoded(false);
        assertThat(EcCurve.SECP256R1.verify(derived, hash, signature(EcCurve.SECP256R1)))
                .isTrue();
        assertThat(card.command(0x80760102, "9805")).isEqualTo(0x6A89);
        assertThat(card.command(0x80760100, "9805")).isEqualTo(0x6A86);
        assertThat(card.command(0x80760103, "9905")).isEqualTo(0x6A80);
        assertThat(card.command(0x80760103, "98")).isEqualTo(0x6A80);
        assertThat(card.command(0x80760103, "98" + "01".repeat(33))).isEqualTo(0x6A80);
        assertThat(card.command(0x80760903, "9805")).isEqualTo(0x6A82);
    }

    @ParameterizedTest
    @CsvSource({
        "910170, 70 9000, 71 6A81, 80 6A81, 83 6A81, 84 6A81",
        "910171, 70 6A81, 71 9000, 80 6A81, 83 6A81, 84 6A81",
        "9101A0, 70 9000, 71 9000, 80 9000, 83 6A88, 84 6A81",
        "910180, 70 6A81, 71 6A81, 80 9000, 83 6A81, 84 6A81",
        "910184, 70 6A81, 71 6A81, 80 6A81, 83 6A81, 84 6985",
        "'',     70 9000, 71 9000, 80 9000, 83 6A88, 84 6A81"
    })
    void theAlgorithmListDecides(String list, String a, String b, String c, String d, String e)
            throws MalformedDataException {
        Cvc key = card.generated(1, EcCurve.BRAINPOOLP256R1, list);
        byte[] attested = Tlv.parse(key.getEncoded()).value();
        for (String expected : new String[] {a, b, c, d, e}) {
            int algorithm = Integer.parseInt(expected.strip().substring(0, 2), 16);
            int sw = Integer.parseInt(expected.strip().substring(3), 16);
            int actual = algorithm < 0x80
                    ? card.command(0x80680100 | algorithm, new byte[32])
                    : card.command(0x80620100 | algorithm, algorithm == 0x80 ? key.publicPoint() : attested);
            assertThat(actual).as("%X", algorithm).isEqualTo(sw);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "80680110, 6A86", "80680136, 6A86", "80680146, 6A86", "80680176, 6A86", "806801FF, 6A86", "80680120, 6A81",
        "80620120, 6A86", "80620185, 6A86", "80620121, 6A81", "80780170, 6A86", "80780110, 6A81", "80680970, 6A82",
        "80680070, 6985", "80620080, 6985"
    })
    void algorithmsFitTheInstructionAndTheKey(String header, String sw) {
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.command(Integer.parseUnsignedInt(header, 16), new byte[16]))
                .isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void keysNeedThePin() {
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        card.select();
        for (int header : new int[] {0x80680170, 0x80620180, 0x80780110, 0x80760102, 0x80720192, 0x80740293}) {
            assertThat(card.command(header, header >>> 16 == 0x8072 ? new byte[0] : new byte[16]))
                    .isEqualTo(0x6982);
        }
    }

    @Test
    void theUseCounterFallsWithEachUseUntilTheKeyIsUsedUp() throws MalformedDataException {
        Cvc key = card.generated(1, EcCurve.SECP256R1, "900400000002");
        assertThat(card.command(0x80680170, new byte[33])).as("refused data").isEqualTo(0x6A80);
        assertThat(card.command(0x80680170, new byte[32])).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0100")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("A506900400000001");
        assertThat(card.command(0x80620180, key.publicPoint())).isEqualTo(0x9000);
        assertThat(card.command(0x80680170, new byte[32])).isEqualTo(0x6984);
        assertThat(card.command(0x80620180, key.publicPoint())).isEqualTo(0x6984);
        assertThat(card.send("00A4000402CC0100")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("A506900400000000");
    }

    @Test
    void challengesAreAsLongAsAskedForUpToAKilobyte() {
        assertThat(card.send("0084000008")).isEqualTo(0x9000);
        byte[] one = card.data();
        assertThat(card.send("0084000008")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(8).isNotEqualTo(one);
        assertThat(card.send("0084000000")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(256);
        assertThat(card.send("00840000000400")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(1024);
        assertThat(card.send("00840000000401")).isEqualTo(0x6700);
        assertThat(card.send("00840000")).isEqualTo(0x6700);
        assertThat(card.send("0084000108")).isEqualTo(0x6A86);
    }
}
