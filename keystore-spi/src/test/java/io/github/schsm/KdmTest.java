// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** For which device a membership is good. The group signer signs for the device's key, and for nothing else of it. */
class KdmTest {
    private final CvcMaker issuer = new CvcMaker("XXROOT00001", "XXISSUER00001", 0x80);
    private final CvcMaker device = new CvcMaker("XXISSUER00001", "XXDEVICE00100000", 0x00);
    private final CvcMaker signersDevice = new CvcMaker("XXISSUER00001", "XXDEVICE00200000", 0x00);
    private final KeyPair signer = CvcMaker.pair();

    KdmTest() {
        device.signer = issuer.key;
        signersDevice.signer = issuer.key;
    }

    private DeviceIdentity identity() throws MalformedDataException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(device.make().getEncoded());
        file.writeBytes(issuer.make().getEncoded());
        return DeviceIdentity.parse(file.toByteArray());
    }

    private Kdm membership(DeviceIdentity of, KeyPair signedBy) throws MalformedDataException {
        byte[] point = EcCurve.SECP256R1.encode(((ECPublicKey) device.key.getPublic()).getW());
        byte[] signed = Arrays.copyOf(point, 1 + point.length / 2);
        signed[0] = 0x54;
        return Kdm.parse(Tlv.of(
                        0x30,
                        Tlv.of(0x06, HexFormat.of().parseHex("2B0601040181C31F040201")),
                        Tlv.of(0x61, of.issuerCertificate().orElseThrow().getEncoded()),
                        Tlv.of(0x62, of.deviceCertificate().getEncoded()),
                        Tlv.of(
                                0x63,
                                CvcMaker.request(signer, "XXDEVICE00200001", signersDevice)
                                        .getEncoded()),
                        Tlv.of(0x54, CvcMaker.sign(signedBy, signed)))
                .encoded());
    }

    @Test
    void itIsGoodForTheDeviceThatItIsFor() throws Exception {
        DeviceIdentity member = identity();
        membership(member, signer).verifyFor(member);
        membership(member, signer).verify();
    }

    @Test
    void itIsNotGoodForOtherCertificatesOfTheSameKey() throws Exception {
        DeviceIdentity earlier = identity();
        device.expiration = CvcMaker.date(LocalDate.of(2051, 1, 1));
        DeviceIdentity renewed = identity();
        assertThat(renewed.isSameDevice(earlier)).isTrue();

        assertThatThrownBy(() -> membership(earlier, signer).verifyFor(renewed))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("are not those that device XXDEVICE001 has");
        membership(renewed, signer).verifyFor(renewed);
    }

    @Test
    void itIsNotGoodForAnotherDeviceOfThatName() throws Exception {
        DeviceIdentity member = identity();
        Kdm kdm = membership(member, signer);
        device.key = CvcMaker.pair();
        DeviceIdentity namesake = identity();

        assertThatThrownBy(() -> kdm.verifyFor(namesake))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("another one of that name");
    }

    @Test
    void anotherKeyThanTheGroupSignersMakesNoMember() throws Exception {
        DeviceIdentity member = identity();
        Kdm forged = membership(member, CvcMaker.pair());

        assertThatThrownBy(() -> forged.verifyFor(member))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("not signed by the group signer");
    }
}
