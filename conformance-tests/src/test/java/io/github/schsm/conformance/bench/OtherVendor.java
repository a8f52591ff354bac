// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Somebody who makes devices that look like ours, under a root of their own: what an attacker would do. */
public final class OtherVendor {
    private static final EcCurve CURVE = EcCurve.BRAINPOOLP256R1;
    private static final String ROOT = "XXSRCACC100001";
    private static final String ISSUER = "XXDICACC100001";
    private static final byte[] ECDSA_SHA_256 = HexFormat.of().parseHex("04007F00070202020203");
    private static final byte[] ROLE = HexFormat.of().parseHex("2B0601040181C31F030101");
    private static final byte[] DOMAIN_UID = HexFormat.of().parseHex("2B0601040181C31F030202");
    private static final byte[] FROM = {2, 6, 0, 1, 0, 1};
    private static final byte[] TO = {5, 6, 0, 1, 0, 1};

    private final String chr;
    private final KeyPair deviceKey = pair();
    private final Tlv root;
    private final Tlv issuer;
    private final Tlv device;

    /** A vendor and one device of theirs. */
    public OtherVendor(String deviceId) throws Exception {
        KeyPair rootKey = pair();
        KeyPair issuerKey = pair();
        chr = deviceId + "00001";
        root = certificate(ROOT, explicit(rootKey), ROOT, 0xC0, rootKey);
        issuer = certificate(ROOT, implicit(issuerKey), ISSUER, 0x80, rootKey);
        device = certificate(ISSUER, implicit(deviceKey), chr, 0x00, issuerKey);
    }

    /** The root certificate. */
    public byte[] root() {
        return root.encoded();
    }

    /** The device's device id file. */
    public byte[] deviceId() {
        return concat(device, issuer);
    }

    /** A public key file that claims an exchange key of that domain in the device. */
    public byte[] exchangeKey(byte[] uid) throws Exception {
        KeyPair exchange = pair();
        Tlv inner = signed(
                Tlv.of(
                        0x7F4E,
                        Tlv.of(0x5F29, new byte[1]),
                        explicit(exchange),
                        Tlv.of(0x5F20, ascii(chr)),
                        Tlv.of(0x65, Tlv.of(0x73, Tlv.of(0x06, DOMAIN_UID), Tlv.of(0x80, uid)))),
                exchange);
        Tlv car = Tlv.of(0x42, ascii(chr));
        Tlv request = Tlv.of(0x67, inner, car, Tlv.of(0x5F37, sign(concat(inner, car), deviceKey)));
        return Tlv.of(0x30, request, device, issuer).encoded();
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec(CURVE.curveName()));
        return generator.generateKeyPair();
    }

    private static Tlv certificate(String car, Tlv key, String holder, int role, KeyPair signer) throws Exception {
        return signed(
                Tlv.of(
                        0x7F4E,
                        Tlv.of(0x5F29, new byte[1]),
                        Tlv.of(0x42, ascii(car)),
                        key,
                        Tlv.of(0x5F20, ascii(holder)),
                        Tlv.of(0x7F4C, Tlv.of(0x06, ROLE), Tlv.of(0x53, new byte[] {(byte) role})),
                        Tlv.of(0x5F25, FROM),
                        Tlv.of(0x5F24, TO)),
                signer);
    }

    private static Tlv signed(Tlv body, KeyPair signer) throws Exception {
        return Tlv.of(0x7F21, body, Tlv.of(0x5F37, sign(body.encoded(), signer)));
    }

    private static Tlv implicit(KeyPair pair) {
        return Tlv.of(0x7F49, Tlv.of(0x06, ECDSA_SHA_256), Tlv.of(0x86, point(pair)));
    }

    private static Tlv explicit(KeyPair pair) {
        List<Tlv> parts = new ArrayList<>();
        parts.add(Tlv.of(0x06, ECDSA_SHA_256));
        for (Tlv parameter : CURVE.domainParameters()) {
            if (parameter.tag() == 0x87) {
                parts.add(Tlv.of(0x86, point(pair)));
            }
            parts.add(parameter);
        }
        return Tlv.of(0x7F49, parts.toArray(Tlv[]::new));
    }

    private static byte[] point(KeyPair pair) {
        return CURVE.encode(((ECPublicKey) pair.getPublic()).getW());
    }

    private static byte[] sign(byte[] message, KeyPair signer) throws Exception {
        Signature signature = Signature.getInstance("SHA256withPLAIN-ECDSA", Pki.BC);
        signature.initSign(signer.getPrivate());
        signature.update(message);
        byte[] plain = signature.sign();
        return plain.length == 2 * CURVE.orderLength() ? plain : padded(plain);
    }

    /** Where both numbers are short, so is the other side's idea of them. */
    private static byte[] padded(byte[] plain) {
        byte[] result = new byte[2 * CURVE.orderLength()];
        int half = plain.length / 2;
        for (int i = 0; i < 2; i++) {
            byte[] number = new BigInteger(1, plain, i * half, half).toByteArray();
            int length = Math.min(number.length, CURVE.orderLength());
            System.arraycopy(number, number.length - length, result, (i + 1) * CURVE.orderLength() - length, length);
        }
        return result;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(Tlv... objects) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Tlv object : objects) {
            bytes.writeBytes(object.encoded());
        }
        return bytes.toByteArray();
    }
}
