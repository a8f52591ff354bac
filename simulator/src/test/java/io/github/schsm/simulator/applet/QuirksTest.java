// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.junit.jupiter.api.Test;

/** The ways in which other devices differ. */
class QuirksTest {
    private static CardProbe card(Quirk... quirks) throws SchsmException {
        CardProbe card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().with(quirks));
        card.verify();
        return card;
    }

    @Test
    void ecdhMayAnswerTheCoordinateOnly() throws Exception {
        CardProbe card = card(Quirk.ECDH_ANSWERS_X_ONLY);
        Cvc key = card.generated(1, EcCurve.SECP256R1, "");
        assertThat(card.command(0x80620180, key.publicPoint())).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(33).startsWith(4);
    }

    @Test
    void attributesMayHaveALongLength() throws Exception {
        CardProbe card = card(Quirk.LONG_FORM_ATTRIBUTES);
        assertThat(card.generate(1, EcCurve.SECP256R1, "910170")).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0100")).isEqualTo(0x9000);
        assertThat(card.hex()).startsWith("6215").endsWith("A5820003" + "910170");
        assertThat(Tlv.parse(card.data()).require(0xA5).value()).hasSize(3);
        assertThat(card.send("00A4000C02CC0100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEmpty();
    }

    @Test
    void enumerationMayLeaveOutContents() throws Exception {
        CardProbe card = card(Quirk.ENUMERATE_WITHOUT_CONTENTS);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.write(0xC401, new byte[1])).isEqualTo(0x9000);
        assertThat(card.write(0xCF00, new byte[1])).isEqualTo(0x9000);
        assertThat(card.send("80580000000000")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("CC00CC01C401");
    }

    @Test
    void deletingADomainMayAnswerThatTheSlotIsFree() throws Exception {
        CardProbe card = card(Quirk.DELETED_DOMAIN_ANSWERS_FREE);
        assertThat(card.send("80520100010100")).isEqualTo(0x9000);
        assertThat(card.send("8052030000")).isEqualTo(0x6A88);
        assertThat(card.send("80520100010100")).isEqualTo(0x9000);
    }

    @Test
    void theDeviceMayCertifyItselfOnAnotherCurve() throws Exception {
        CardProbe card = card(Quirk.SELF_SIGNED_DEVICE, Quirk.DEVICE_KEY_ON_SECP256K1);
        DeviceIdentity identity = DeviceIdentity.parse(card.read(0x2F02));
        assertThat(identity.issuerCertificate()).isEmpty();
        assertThat(identity.deviceCertificate().isSelfSigned()).isTrue();
        assertThat(identity.deviceCertificate().curve()).contains(EcCurve.SECP256K1);
        assertThat(card.generated(1, EcCurve.SECP256R1, "").isSignedBy(identity.deviceCertificate()))
                .isTrue();
    }

    @Test
    void theKcvMayNeedThePin() throws Exception {
        CardProbe card = card(Quirk.KCV_NEEDS_PIN);
        assertThat(card.send("80520100010100")).isEqualTo(0x9000);
        assertThat(card.send("80520000 20" + "01".repeat(32) + "00")).isEqualTo(0x9000);
        String state = card.hex();
        card.select();
        assertThat(card.send("8052000000")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0100" + "0000000000000000").isNotEqualTo(state);
    }

    @Test
    void signaturesMayHaveSuperfluousZeros() throws Exception {
        CardProbe card = card(Quirk.SUPERFLUOUS_ZEROS);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.command(0x80680170, new byte[32])).isEqualTo(0x9000);
        assertThat(card.hex()).startsWith("3046022100").hasSize(2 * 72);
        byte[] reference = signatureOf(card(), 1);
        ASN1Sequence rs = ASN1Sequence.getInstance(reference);
        assertThat(ASN1Integer.getInstance(rs.getObjectAt(0)).getEncoded())
                .as("the reference device writes DER")
                .isEqualTo(Arrays.copyOfRange(reference, 2, 4 + reference[3]));
    }

    private static byte[] signatureOf(CardProbe card, int keyId) {
        assertThat(card.generate(keyId, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.command(0x80680070 | keyId << 8, new byte[32])).isEqualTo(0x9000);
        return card.data();
    }

    @Test
    void theUidMayBeTheWholePoint() throws Exception {
        CardProbe card = card(Quirk.UID_IS_WHOLE_POINT);
        Cvc signer = card.generated(1, EcCurve.BRAINPOOLP256R1, "");
        byte[] point = Cvc.parse(Tlv.parseFirst(card.read(0x2F02))).publicPoint();
        assertThat(card.command(0x80680170, Hashes.sha256(Bytes.of(0x54), EcMath.x(point))))
                .isEqualTo(0x9000);
        byte[] membership = Tlv.of(0x54, KeyUseTest.plain(card.data(), 32)).encoded();
        card.learn(card.read(0x2F02));
        assertThat(card.command(0x80520200, Bytes.concat(signer.inner().getEncoded(), membership)))
                .isEqualTo(0x9000);
        assertThat(card.hex())
                .endsWith(HexFormat.of()
                        .withUpperCase()
                        .formatHex(signer.publicPoint())
                        .substring(2))
                .hasSize(2 * (10 + 64));
    }

    @Test
    void profilesAreChecked() {
        assertThatThrownBy(() -> DeviceProfile.smartCardHsm4k().withCommandLimit(260))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DeviceProfile.smartCardHsm4k().withMemory(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
