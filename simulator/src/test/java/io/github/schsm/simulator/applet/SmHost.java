// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.EcMath;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The host's side of chip authentication and secure messaging, written down once more from docs/protocol.md with the
 * JCA's ciphers, byte by byte: nothing of the device's code, so that both can be wrong only independently.
 */
public final class SmHost {
    public static final String AES = "04007F00070202030202";
    static final String TDES = "04007F00070202030201";

    private static final BouncyCastleProvider BC = new BouncyCastleProvider();

    private final CardProbe card;
    private final boolean aes;
    private final int block;
    private byte[] kEnc = new byte[0];
    private byte[] kMac = new byte[0];
    private BigInteger counter = BigInteger.ZERO;
    private byte[] data = new byte[0];

    private SmHost(CardProbe card, boolean aes) {
        this.card = card;
        this.aes = aes;
        this.block = aes ? 16 : 8;
    }

    /** A channel to the card, its token checked. */
    public static SmHost open(CardProbe card, String protocol) throws Exception {
        return open(card, protocol, EcCurve.BRAINPOOLP256R1);
    }

    static SmHost open(CardProbe card, String protocol, EcCurve curve) throws Exception {
        SmHost host = new SmHost(card, protocol.equals(AES));
        Cvc device = Cvc.parse(Tlv.parseFirst(card.read(0x2F02)));
        byte[] devicePoint = device.publicPoint();
        assertThat(card.send("002241A40C800A" + protocol)).isEqualTo(0x9000);
        BigInteger ephemeral = EcMath.newPrivateKey(curve);
        byte[] point = EcMath.publicPoint(curve, ephemeral);
        String object = String.format("80%02X", point.length) + hex(point);
        assertThat(card.command(0x00860000, String.format("7C%02X", object.length() / 2) + object))
                .isEqualTo(0x9000);
        String answer = card.hex();
        assertThat(answer).matches("7C148108[0-9A-F]{16}8208[0-9A-F]{16}");
        byte[] nonce = CardProbe.bytes(answer.substring(8, 24));
        byte[] shared = EcMath.x(EcMath.agree(curve, ephemeral, devicePoint));
        host.kEnc = key(shared, nonce, 1);
        host.kMac = key(shared, nonce, 2);
        String inner = "060A" + protocol + String.format("86%02X", point.length) + hex(point);
        byte[] publicKey = CardProbe.bytes("7F49" + String.format("%02X", inner.length() / 2) + inner);
        assertThat(answer.substring(28)).isEqualTo(hex(host.mac(host.aes ? publicKey : host.padded(publicKey))));
        return host;
    }

    private static byte[] key(byte[] shared, byte[] nonce, int counter) throws GeneralSecurityException {
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(shared);
        sha1.update(nonce);
        return Arrays.copyOf(sha1.digest(new byte[] {0, 0, 0, (byte) counter}), 16);
    }

    /** Sends a command protected, gives the status word from inside; the data is in {@link #data()}. */
    public int send(int header, String data, String le) throws Exception {
        return opened(card.raw(protect(header, data, le)));
    }

    public byte[] data() {
        return data.clone();
    }

    /** The protected form of a command; counts. */
    byte[] protect(int header, String data, String le) throws Exception {
        counter = counter.add(BigInteger.ONE);
        byte[] plain = CardProbe.bytes(data);
        boolean odd = (header >> 16 & 1) == 1;
        ByteArrayOutputStream objects = new ByteArrayOutputStream();
        if (plain.length != 0) {
            byte[] cryptogram = crypt(Cipher.ENCRYPT_MODE, padded(plain));
            objects.writeBytes(tlv(odd ? 0x85 : 0x87, odd ? cryptogram : concat(new byte[] {1}, cryptogram)));
        }
        if (!le.isEmpty()) {
            objects.writeBytes(tlv(0x97, CardProbe.bytes(le)));
        }
        return authenticated(header, objects);
    }

    /** A protected command with these objects, sensible or not, under a MAC that is right; counts. */
    byte[] protectObjects(int header, String objects) throws Exception {
        counter = counter.add(BigInteger.ONE);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(CardProbe.bytes(objects));
        return authenticated(header, all);
    }

    private byte[] authenticated(int header, ByteArrayOutputStream objects) throws Exception {
        byte[] protectedHeader = CardProbe.bytes(String.format("%08X", header | 0x0C000000));
        byte[] covered = concat(ssc(), padded(protectedHeader));
        if (objects.size() != 0) {
            covered = concat(covered, padded(objects.toByteArray()));
        }
        objects.writeBytes(tlv(0x8E, mac(covered)));
        byte[] length = {0, (byte) (objects.size() >> 8), (byte) objects.size()};
        return concat(protectedHeader, length, objects.toByteArray(), new byte[2]);
    }

    /** Takes a protected answer apart. */
    int opened(byte[] answer) throws Exception {
        counter = counter.add(BigInteger.ONE);
        int end = answer.length - 2;
        assertThat(Arrays.copyOfRange(answer, end - 10, end - 8)).as("MAC").containsExactly(0x8E, 8);
        byte[] covered = Arrays.copyOf(answer, end - 10);
        assertThat(Arrays.copyOfRange(answer, end - 8, end)).isEqualTo(mac(concat(ssc(), padded(covered))));
        assertThat(Arrays.copyOfRange(covered, covered.length - 4, covered.length - 2))
                .as("status")
                .containsExactly(0x99, 2);
        byte[] status = Arrays.copyOfRange(covered, covered.length - 2, covered.length);
        assertThat(Arrays.copyOfRange(answer, end, answer.length)).isEqualTo(status);
        data = new byte[0];
        if (covered.length > 4) {
            byte[] value = Tlv.parse(Arrays.copyOf(covered, covered.length - 4)).value();
            boolean odd = (covered[0] & 0xFF) == 0x85;
            if (!odd) {
                assertThat(covered[0]).isEqualTo((byte) 0x87);
                assertThat(value[0]).isEqualTo((byte) 1);
                value = Arrays.copyOfRange(value, 1, value.length);
            }
            byte[] plain = crypt(Cipher.DECRYPT_MODE, value);
            int length = plain.length;
            while (plain[--length] == 0) {}
            assertThat(plain[length]).isEqualTo((byte) 0x80);
            data = Arrays.copyOf(plain, length);
        }
        return (status[0] & 0xFF) << 8 | (status[1] & 0xFF);
    }

    private byte[] ssc() {
        byte[] number = counter.toByteArray();
        byte[] ssc = new byte[block];
        System.arraycopy(number, 0, ssc, block - number.length, number.length);
        return ssc;
    }

    private byte[] crypt(int mode, byte[] blocks) throws GeneralSecurityException {
        byte[] iv = new byte[block];
        byte[] key = kEnc;
        if (aes) {
            Cipher ecb = Cipher.getInstance("AES/ECB/NoPadding");
            ecb.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(kEnc, "AES"));
            iv = ecb.doFinal(ssc());
        } else {
            key = concat(kEnc, Arrays.copyOf(kEnc, 8));
        }
        Cipher cipher = Cipher.getInstance(aes ? "AES/CBC/NoPadding" : "DESede/CBC/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, aes ? "AES" : "DESede"), new IvParameterSpec(iv));
        return cipher.doFinal(blocks);
    }

    private byte[] mac(byte[] padded) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(aes ? "AESCMAC" : "ISO9797ALG3MAC", BC);
        mac.init(new SecretKeySpec(kMac, aes ? "AES" : "DESede"));
        return Arrays.copyOf(mac.doFinal(padded), 8);
    }

    private byte[] padded(byte[] bytes) {
        byte[] padded = Arrays.copyOf(bytes, bytes.length + block - bytes.length % block);
        padded[bytes.length] = (byte) 0x80;
        return padded;
    }

    private static byte[] tlv(int tag, byte[] value) {
        return Tlv.of(tag, value).encoded();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }
}
