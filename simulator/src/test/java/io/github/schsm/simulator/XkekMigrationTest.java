// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.state.DeviceState;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chapters 3 and 4 of the XKEK how-to, in APDUs: what the simulator is for. */
class XkekMigrationTest {
    private static final EcCurve BRAINPOOL = EcCurve.BRAINPOOLP256R1;

    private VirtualReaders readers;
    private CardProbe a;
    private CardProbe b;
    private Cvc groupSigner;

    @BeforeEach
    void twoDevicesAndAGroupSigner() throws SchsmException {
        readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        a = device("ZZSIM000001");
        b = device("ZZSIM000002");
        groupSigner = a.generated(1, BRAINPOOL, "910170");
    }

    private CardProbe device(String id) throws SchsmException {
        CardProbe probe = new CardProbe(readers.device(id));
        probe.select();
        probe.verify();
        return probe;
    }

    /** What a KDM carries in addition to identities: the group signer's signature over the member's public key. */
    private byte[] membership(CardProbe member) throws MalformedDataException {
        byte[] point = Cvc.parse(Tlv.parseFirst(member.read(0x2F02))).publicPoint();
        byte[] x = Arrays.copyOfRange(point, 1, 33);
        byte[] hash = Hashes.sha256(new byte[] {0x54}, x);
        assertThat(a.command(0x80680170, hash)).isEqualTo(0x9000);
        return Tlv.of(0x54, plain(a.data())).encoded();
    }

    private static byte[] plain(byte[] der) {
        ASN1Sequence rs = ASN1Sequence.getInstance(der);
        return Bytes.concat(number(rs, 0), number(rs, 1));
    }

    private static byte[] number(ASN1Sequence rs, int index) {
        return BigIntegers.asUnsignedByteArray(
                32, ASN1Integer.getInstance(rs.getObjectAt(index)).getPositiveValue());
    }

    private int createDomain(CardProbe member, byte[] membership) throws MalformedDataException {
        member.learn(member.read(0x2F02));
        return member.command(0x80520200, Bytes.concat(groupSigner.inner().getEncoded(), membership));
    }

    private void bothJoin() throws MalformedDataException {
        assertThat(createDomain(a, membership(a))).isEqualTo(0x9000);
        assertThat(createDomain(b, membership(b))).isEqualTo(0x9000);
    }

    private static int agree(CardProbe own, int keyId, CardProbe peer, Cvc peerKey) throws MalformedDataException {
        own.learn(peer.read(0x2F02));
        return own.command(
                0x80620084 | keyId << 8, Tlv.parse(peerKey.getEncoded()).value());
    }

    @Test
    void aKeyMovesBetweenTwoMembersOfADomain() throws MalformedDataException {
        bothJoin();
        Cvc exchangeA = a.generated(2, BRAINPOOL, "910184 920100");
        Cvc exchangeB = b.generated(2, BRAINPOOL, "910184 920100");
        Cvc moving = a.generated(3, EcCurve.SECP256R1, "91027092 920100");

        assertThat(agree(a, 2, b, exchangeB)).isEqualTo(0x9000);
        assertThat(agree(b, 2, a, exchangeA)).isEqualTo(0x9000);
        a.command(0x80520000, "");
        String stateA = a.hex();
        b.command(0x80520000, "");
        assertThat(b.hex()).isEqualTo(stateA).endsWith(uid());

        assertThat(a.command(0x80720392, "")).isEqualTo(0x9000);
        byte[] blob = a.data();
        assertThat(stateA).contains(HexFormat.of().withUpperCase().formatHex(Arrays.copyOf(blob, 8)));
        assertThat(b.command(0x80740793, blob)).isEqualTo(0x9000);
        byte[] hash = Hashes.sha256(CardProbe.ascii("one key, two devices"));
        assertThat(b.command(0x80680770, hash)).isEqualTo(0x9000);
        assertThat(EcCurve.SECP256R1.verify(moving.publicPoint(), hash, plain(b.data())))
                .isTrue();
    }

    private String uid() {
        return HexFormat.of().withUpperCase().formatHex(Arrays.copyOfRange(groupSigner.publicPoint(), 1, 33));
    }

    @Test
    void theDomainIsNamedAfterTheGroupSigner() throws MalformedDataException {
        assertThat(createDomain(a, membership(a))).isEqualTo(0x9000);
        assertThat(a.hex()).isEqualTo("0000" + "0000000000000000" + uid());
        assertThat(a.send("8052040000")).isEqualTo(0x9000);
        assertThat(a.send("8052000020" + "01".repeat(32))).as("takes no shares").isEqualTo(0x6985);
    }

    @Test
    void aMembershipOfAnotherDeviceIsRefused() throws MalformedDataException {
        assertThat(createDomain(a, membership(b))).isEqualTo(0x6985);
        assertThat(a.command(0x80520000, "")).isEqualTo(0x6A88);
    }

    @Test
    void everyFlippedBitInMembershipOrGroupSignerIsRefused() throws MalformedDataException {
        byte[] membership = membership(a);
        a.learn(a.read(0x2F02));
        byte[] good = Bytes.concat(groupSigner.inner().getEncoded(), membership);
        for (int i = 0; i < good.length; i++) {
            byte[] flipped = good.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            assertThat(a.command(0x80520200, flipped)).as("byte %d", i).isIn(0x6985, 0x6A80);
        }
        assertThat(a.command(0x80520000, "")).isEqualTo(0x6A88);
        assertThat(a.command(0x80520200, good)).isEqualTo(0x9000);
        assertThat(a.command(0x80520200, good)).isEqualTo(0x6A89);
    }

    @Test
    void aGroupSignerOnAnotherCurveAndAnUnknownDeviceAreRefused() throws MalformedDataException {
        byte[] membership = membership(a);
        byte[] good = Bytes.concat(groupSigner.inner().getEncoded(), membership);
        assertThat(a.command(0x80520200, good)).as("chain not made known").isEqualTo(0x6A88);
        Cvc other = a.generated(9, EcCurve.SECP256R1, "");
        a.learn(a.read(0x2F02));
        assertThat(a.command(0x80520200, Bytes.concat(other.inner().getEncoded(), membership)))
                .isEqualTo(0x6A80);
    }

    @Test
    void theVendorsSampleOfAMembershipVerifiesTheSameWay() throws Exception {
        try (var in = getClass().getResourceAsStream("kdm-sample.hex")) {
            Tlv kdm = Tlv.parse(
                    HexFormat.of().parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip()));
            Cvc device = Cvc.parse(kdm.require(0x62).children().get(0));
            Cvc signer = Cvc.parse(kdm.require(0x63).children().get(0));
            byte[] hash = Hashes.sha256(new byte[] {0x54}, EcMath.x(device.publicPoint()));
            assertThat(BRAINPOOL.verify(
                            signer.publicPoint(), hash, kdm.require(0x54).value()))
                    .isTrue();
        }
    }

    @Test
    void onlyExchangeKeysOfTheSameDomainAgree() throws MalformedDataException {
        bothJoin();
        Cvc exchangeB = b.generated(2, BRAINPOOL, "910184 920100");
        assertThat(exchangeB.keyDomainUid())
                .hasValueSatisfying(bytes -> assertThat(CardProbe.hex(bytes)).isEqualTo(uid()));
        a.generated(2, BRAINPOOL, "910184 920100");

        Cvc ordinary = b.generated(3, BRAINPOOL, "910180 920100");
        assertThat(agree(a, 2, b, ordinary)).as("no UID").isEqualTo(0x6985);
        Cvc homeless = b.generated(4, BRAINPOOL, "910184");
        assertThat(homeless.keyDomainUid()).isEmpty();
        assertThat(agree(a, 2, b, homeless)).isEqualTo(0x6985);
        a.generated(3, BRAINPOOL, "910180 920100");
        assertThat(agree(a, 3, b, exchangeB)).as("own key of another kind").isEqualTo(0x6A81);
        a.generated(4, BRAINPOOL, "910184");
        assertThat(agree(a, 4, b, exchangeB)).as("own key in no domain").isEqualTo(0x6985);
        a.generated(5, EcCurve.SECP256R1, "910184 920100");
        assertThat(agree(a, 5, b, exchangeB)).as("own key on another curve").isEqualTo(0x6985);
        Cvc otherCurve = b.generated(6, EcCurve.SECP256R1, "910184 920100");
        assertThat(agree(a, 2, b, otherCurve)).isEqualTo(0x6A80);
        a.command(0x80520000, "");
        assertThat(a.hex()).startsWith("0000" + "0000000000000000");
        assertThat(agree(a, 2, b, exchangeB)).isEqualTo(0x9000);
    }

    @Test
    void aKeyOfAnotherGroupIsRefused() throws MalformedDataException {
        bothJoin();
        Cvc first = groupSigner;
        groupSigner = a.generated(8, BRAINPOOL, "910170");
        byte[] point = Cvc.parse(Tlv.parseFirst(b.read(0x2F02))).publicPoint();
        assertThat(a.command(0x80680870, Hashes.sha256(new byte[] {0x54}, EcMath.x(point))))
                .isEqualTo(0x9000);
        byte[] membership = Tlv.of(0x54, plain(a.data())).encoded();
        assertThat(b.command(0x80520201, Bytes.concat(groupSigner.inner().getEncoded(), membership)))
                .isEqualTo(0x9000);
        assertThat(groupSigner.publicPoint()).isNotEqualTo(first.publicPoint());
        a.generated(2, BRAINPOOL, "910184 920100");
        Cvc stranger = b.generated(2, BRAINPOOL, "910184 920101");
        assertThat(agree(a, 2, b, stranger)).isEqualTo(0x6985);
    }

    @Test
    void theAttestationHasToBeTheSelectedDevices() throws MalformedDataException {
        bothJoin();
        a.generated(2, BRAINPOOL, "910184 920100");
        Cvc exchangeB = b.generated(2, BRAINPOOL, "910184 920100");
        byte[] content = Tlv.parse(exchangeB.getEncoded()).value();
        a.select();
        a.verify();
        assertThat(a.command(0x80620284, content)).as("nothing selected").isEqualTo(0x6A88);
        a.learn(a.read(0x2F02));
        assertThat(a.command(0x80620284, content)).as("another device selected").isEqualTo(0x6A88);
        a.learn(b.read(0x2F02));
        for (int i = 0; i < content.length; i += 3) {
            byte[] flipped = content.clone();
            flipped[i] ^= 0x04;
            assertThat(a.command(0x80620284, flipped)).as("byte %d", i).isIn(0x6985, 0x6A80, 0x6A88);
        }
        assertThat(a.command(0x80620284, "")).isEqualTo(0x6700);
        assertThat(a.write(0x2F10, content)).isEqualTo(0x9000);
        assertThat(a.command(0x80620284, "")).as("from the input buffer").isEqualTo(0x9000);
    }

    @Test
    void anOwnKeyIsAPeerTooAndClearingTheKekEndsWrapping() throws MalformedDataException {
        assertThat(createDomain(a, membership(a))).isEqualTo(0x9000);
        Cvc exchange = a.generated(2, BRAINPOOL, "910184 920100");
        a.generated(3, EcCurve.SECP256R1, "91027092 920100");
        assertThat(agree(a, 2, a, exchange)).isEqualTo(0x9000);
        assertThat(a.command(0x80720392, "")).isEqualTo(0x9000);
        byte[] blob = a.data();
        assertThat(a.command(0x80720292, "")).as("exchange keys stay").isEqualTo(0x6A81);
        assertThat(a.send("8052040000")).isEqualTo(0x9000);
        assertThat(a.hex()).isEqualTo("0000" + "0000000000000000" + uid());
        assertThat(a.command(0x80720392, "")).isEqualTo(0x6985);
        assertThat(a.command(0x80740492, blob)).isEqualTo(0x6A86);
        assertThat(a.command(0x80740493, blob)).isEqualTo(0x6A88);
        assertThat(agree(a, 2, a, exchange)).isEqualTo(0x9000);
        assertThat(a.command(0x80740493, blob)).isEqualTo(0x9000);
    }

    @Test
    void certificatesAreVerifiedDownFromTheRoot() throws MalformedDataException {
        DeviceIdentity peer = DeviceIdentity.parse(b.read(0x2F02));
        Cvc issuer = peer.issuerCertificate().orElseThrow();
        Cvc device = peer.deviceCertificate();
        assertThat(a.mse(device.chr())).isEqualTo(0x6A88);
        assertThat(a.pso(issuer)).as("no key selected").isEqualTo(0x6A88);
        assertThat(a.mse("ZZSRCACC100001")).isEqualTo(0x9000);
        assertThat(a.pso(device)).as("not the root's").isEqualTo(0x6A88);
        assertThat(a.pso(issuer)).isEqualTo(0x9000);
        assertThat(a.pso(device)).as("the issuer is not selected").isEqualTo(0x6A88);
        assertThat(a.mse(issuer.chr())).isEqualTo(0x9000);
        byte[] forged = device.getEncoded();
        forged[forged.length - 1] ^= 1;
        assertThat(a.pso(Cvc.parse(forged))).isEqualTo(0x6985);
        assertThat(a.mse(device.chr())).isEqualTo(0x6A88);
        assertThat(a.pso(device)).isEqualTo(0x9000);
        assertThat(a.mse(device.chr())).isEqualTo(0x9000);
        assertThat(a.pso(groupSigner.inner())).as("a request is no certificate").isEqualTo(0x6A80);
        assertThat(a.send("002281B6")).isEqualTo(0x6700);
        assertThat(a.send("002281B6 03 840141")).isEqualTo(0x6A80);
        assertThat(a.send("002281A4 03 830141")).isEqualTo(0x6A86);
        assertThat(a.send("002A00AE 03 830141")).isEqualTo(0x6A86);
        a.select();
        assertThat(a.mse(device.chr())).as("forgotten").isEqualTo(0x6A88);
    }

    @Test
    void aDeviceVouchesForNobody() throws MalformedDataException {
        EcCurve curve = BRAINPOOL;
        DeviceState forger = DeviceState.manufacture("ZZSIM666666", DeviceProfile.smartCardHsm4k());
        byte[] point = EcMath.publicPoint(curve, EcMath.newPrivateKey(curve));
        Cvc forged = Cvc.parse(CvcWriter.certificate(
                forger.chr(),
                CvcWriter.implicitKey(point),
                "ZZSIM77777700000",
                CvcWriter.ROLE_DEVICE,
                LocalDate.of(2026, 1, 1),
                LocalDate.of(2030, 1, 1),
                CvcWriter.ecdsa(forger.deviceCurve(), forger.deviceKey())));
        a.learn(forger.deviceIdFile());
        assertThat(a.pso(forged)).isEqualTo(0x6985);
    }
}
