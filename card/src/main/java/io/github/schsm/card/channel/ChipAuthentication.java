// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.agreement.ECDHBasicAgreement;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * Chip authentication (BSI TR-03110 part 3, docs/protocol.md#secure-messaging): an ephemeral key of the host and the
 * device's own key give keys for secure messaging. The other side that has them has the private key that the device's
 * certificate is about, so the certificate has to be verified up to a trusted root before.
 */
public final class ChipAuthentication {
    private static final int PROTOCOL = 0x80;
    private static final int TEMPLATE = 0x7C;
    private static final int EPHEMERAL_KEY = 0x80;
    private static final int NONCE = 0x81;
    private static final int TOKEN = 0x82;
    private static final int NONCE_LENGTH = 8;
    private static final int PUBLIC_KEY = 0x7F49;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int PUBLIC_POINT = 0x86;
    private static final int ENCRYPTION = 1;
    private static final int AUTHENTICATION = 2;
    private static final String ANSWER = "answer to GENERAL AUTHENTICATE";
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Devices that have made an AES channel in this JVM. The refusal of AES that leads to Triple-DES comes in plain, so
     * anybody on the way can send it; here it is known better.
     */
    private static final Set<DeviceIdentity> SPEAK_AES = ConcurrentHashMap.newKeySet();

    private final ChannelProtocol protocol;
    private final byte[] devicePoint;
    private final ECDomainParameters domain;
    private final BigInteger privateKey;
    private final byte[] ephemeralPoint;

    private ChipAuthentication(
            ChannelProtocol protocol, ECDomainParameters domain, byte[] devicePoint, BigInteger privateKey) {
        this.protocol = protocol;
        this.domain = domain;
        this.devicePoint = devicePoint;
        this.privateKey = privateKey;
        this.ephemeralPoint = new FixedPointCombMultiplier()
                .multiply(domain.getG(), privateKey)
                .getEncoded(false);
    }

    /**
     * Chip authentication of a device, with a fresh ephemeral key.
     *
     * @throws MalformedDataException if the device's key is no EC key
     */
    public static ChipAuthentication of(ChannelProtocol protocol, DeviceIdentity device) throws MalformedDataException {
        BigInteger last = domain(device).getN().subtract(BigInteger.ONE);
        return of(protocol, device, BigIntegers.createRandomInRange(BigInteger.ONE, last, RANDOM));
    }

    /** The same with an ephemeral private key that is not fresh. */
    static ChipAuthentication of(ChannelProtocol protocol, DeviceIdentity device, BigInteger privateKey)
            throws MalformedDataException {
        return new ChipAuthentication(
                protocol, domain(device), device.deviceCertificate().publicPoint(), privateKey);
    }

    private static ECDomainParameters domain(DeviceIdentity device) throws MalformedDataException {
        String curve = device.deviceCertificate()
                .curve()
                .map(EcCurve::curveName)
                .orElseThrow(() -> new MalformedDataException(
                        "device certificate " + device.chr(), "its key is no EC key, there is no chip authentication"));
        X9ECParameters custom = CustomNamedCurves.getByName(curve);
        X9ECParameters x9 = custom != null ? custom : ECNamedCurveTable.getByName(curve);
        return new ECDomainParameters(x9.getCurve(), x9.getG(), x9.getN(), x9.getH());
    }

    /** Whether the device has made an AES channel before. */
    public static boolean isKnownToSpeakAes(DeviceIdentity device) {
        return SPEAK_AES.contains(device);
    }

    /** MSE: SET, chip authentication. */
    public static CommandApdu select(ChannelProtocol protocol) {
        byte[] data = Tlv.of(PROTOCOL, protocol.oid()).encoded();
        return CommandApdu.of(0x00, 0x22, 0x41, 0xA4, data, CommandApdu.NO_LE);
    }

    /** GENERAL AUTHENTICATE with the ephemeral public key. */
    public CommandApdu command() {
        byte[] data = Tlv.of(TEMPLATE, Tlv.of(EPHEMERAL_KEY, ephemeralPoint)).encoded();
        return CommandApdu.of(0x00, 0x86, 0x00, 0x00, data, CommandApdu.SHORT_LE);
    }

    /**
     * The channel that the device's answer opens.
     *
     * @param answer {@code 7C { 81 nonce 82 token }}
     * @throws MalformedDataException if it is something else, or the token is wrong: the other side lacks the
     *                                device's key
     */
    public SecureMessaging open(DeviceIdentity device, byte[] answer) throws MalformedDataException {
        Tlv template = Tlv.parse(answer).expect(TEMPLATE);
        byte[] nonce = template.require(NONCE).value();
        byte[] token = template.require(TOKEN).value();
        if (nonce.length != NONCE_LENGTH) {
            throw new MalformedDataException(ANSWER, "a nonce of " + nonce.length + " bytes, 8 are expected");
        }
        byte[] shared = sharedX();
        byte[] encryptionKey = derive(shared, nonce, ENCRYPTION);
        byte[] macKey = derive(shared, nonce, AUTHENTICATION);
        try {
            byte[] publicKey = Tlv.of(
                            PUBLIC_KEY, Tlv.of(OBJECT_IDENTIFIER, protocol.oid()), Tlv.of(PUBLIC_POINT, ephemeralPoint))
                    .encoded();
            if (!MessageDigest.isEqual(protocol.token(macKey, publicKey), token)) {
                throw new MalformedDataException(
                        ANSWER, "the token is wrong: the other side does not have the device's private key");
            }
            if (protocol == ChannelProtocol.AES_128) {
                SPEAK_AES.add(device);
            }
            return new SecureMessaging(protocol, encryptionKey, macKey);
        } finally {
            Arrays.fill(shared, (byte) 0);
            Arrays.fill(encryptionKey, (byte) 0);
            Arrays.fill(macKey, (byte) 0);
        }
    }

    private byte[] sharedX() {
        ECDHBasicAgreement agreement = new ECDHBasicAgreement();
        agreement.init(new ECPrivateKeyParameters(privateKey, domain));
        BigInteger x = agreement.calculateAgreement(
                new ECPublicKeyParameters(domain.getCurve().decodePoint(devicePoint), domain));
        return BigIntegers.asUnsignedByteArray((domain.getCurve().getFieldSize() + 7) / 8, x);
    }

    private static byte[] derive(byte[] shared, byte[] nonce, int counter) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(shared);
            sha1.update(nonce);
            byte[] hash = sha1.digest(ByteBuffer.allocate(4).putInt(counter).array());
            byte[] key = Arrays.copyOf(hash, ChannelProtocol.KEY_LENGTH);
            Arrays.fill(hash, (byte) 0);
            return key;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
