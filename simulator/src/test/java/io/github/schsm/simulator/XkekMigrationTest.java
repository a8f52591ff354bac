package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.EcCurve;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.Tlv;
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

    private SimulatorRack rack;
    private CardProbe a;
    private CardProbe b;
    private Cvc groupSigner;

    @BeforeEach
    void twoDevicesAndAGroupSigner() throws SchsmException {
        rack = SimulatorRack.create(DeviceProfile.smartCardHsm4k());
        a = device("ZZSIM000001");
        b = device("ZZSIM000002");
        groupSigner = a.generated(1, BRAINPOOL, "910170");
    }

    private CardProbe device(String id) throws SchsmException {
        CardProbe probe = new CardProbe(rack.device(id));
        probe.select();
        probe.verify();
        return probe;
    }

    /** What a KDM carries besides identities: the group signer's signature over the member's public key. */
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
    void aMembershipOfAnotherDeviceIsRefused() throws MalformedDataException {
        assertThat(createDomain(a, membership(b))).isEqualTo(0x6985);
        assertThat(a.command(0x80520000, "")).isEqualTo(0x6A88);
    }
}
