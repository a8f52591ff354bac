// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.card.Simulation;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The answer of a device that has its key, and still does not keep to the protocol. */
class ChipAuthenticationTest {
    private static final BigInteger HOST_KEY = new BigInteger("123456789012345678901234567890");

    /** The device's answer, with a token that is right for its nonce; made with the host's key instead of the device's. */
    private static byte[] answer(ChannelProtocol protocol, DeviceIdentity device, byte[] nonce) throws Exception {
        X9ECParameters curve = ECNamedCurveTable.getByName(
                device.deviceCertificate().curve().map(EcCurve::curveName).orElseThrow());
        ECPoint hostPoint = curve.getG().multiply(HOST_KEY).normalize();
        byte[] shared = curve.getCurve()
                .decodePoint(device.deviceCertificate().publicPoint())
                .multiply(HOST_KEY)
                .normalize()
                .getAffineXCoord()
                .getEncoded();
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(shared);
        sha1.update(nonce);
        byte[] macKey = Arrays.copyOf(sha1.digest(new byte[] {0, 0, 0, 2}), 16);
        byte[] publicKey = Tlv.of(0x7F49, Tlv.of(0x06, protocol.oid()), Tlv.of(0x86, hostPoint.getEncoded(false)))
                .encoded();
        return Tlv.of(0x7C, Tlv.of(0x81, nonce), Tlv.of(0x82, protocol.token(macKey, publicKey)))
                .encoded();
    }

    @ParameterizedTest
    @EnumSource(ChannelProtocol.class)
    void a_nonce_of_another_length_is_refused_although_the_token_is_right(ChannelProtocol protocol) throws Exception {
        DeviceIdentity device = Simulation.reference().device(1).identity();
        ChipAuthentication authentication = ChipAuthentication.of(protocol, device, HOST_KEY);
        assertThat(authentication.open(device, answer(protocol, device, new byte[8])))
                .isNotNull();
        for (int length : new int[] {0, 1, 7, 9, 16, 64}) {
            byte[] answer = answer(protocol, device, new byte[length]);
            assertThatThrownBy(() -> authentication.open(device, answer))
                    .as("%d bytes", length)
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("a nonce of " + length + " bytes");
        }
    }

    @ParameterizedTest
    @EnumSource(ChannelProtocol.class)
    void a_token_with_any_bit_changed_opens_no_channel(ChannelProtocol protocol) throws Exception {
        DeviceIdentity device = Simulation.reference().device(1).identity();
        ChipAuthentication authentication = ChipAuthentication.of(protocol, device, HOST_KEY);
        byte[] answer = answer(protocol, device, new byte[8]);
        for (int bit = 0; bit < 64; bit++) {
            byte[] changed = answer.clone();
            changed[answer.length - 1 - bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> authentication.open(device, changed))
                    .as("bit %d", bit)
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("does not have the device's private key");
        }
    }
}
