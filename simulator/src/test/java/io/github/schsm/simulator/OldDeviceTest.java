// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Firmware 2.6 (docs/protocol.md#devices-that-differ). */
class OldDeviceTest {
    private static final String BASE = "80020001 8106363438323139 82083537363231383830 910103";
    private static final String SHARE = "A7".repeat(32);

    private CardProbe card;

    @BeforeEach
    void oldDeviceWithADkek() throws SchsmException {
        card = withDkek(DeviceProfile.smartCardHsm26());
    }

    private static CardProbe withDkek(DeviceProfile profile) throws SchsmException {
        CardProbe card = CardProbe.fresh(profile);
        assertThat(card.initialize(BASE + "920101")).isEqualTo(0x9000);
        assertThat(card.send("8052000020" + SHARE + "00")).isEqualTo(0x9000);
        card.verify();
        return card;
    }

    private static byte[] wrapped(CardProbe card) {
        assertThat(card.send("80720192000000")).isEqualTo(0x9000);
        return card.data();
    }

    @Test
    void itTellsItsVersion() {
        assertThat(card.send("00A404000BE82B0601040181C31F020100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("6F0A8201788505" + "0001" + "02" + "0206");
        assertThat(card.send("8050000000")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("0206");
    }

    @ParameterizedTest
    @CsvSource({
        "8052000100, 6D00",
        "80520100010100, 6D00",
        "8052030000, 6D00",
        "8052040000, 6D00",
        "8052000000, 9000",
        "004802B2, 6D00",
        "80780210 10 00000000000000000000000000000000 00, 6D00"
    })
    void itHasOneDkekAndNoSecretKeys(String command, String sw) {
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void itMovesTheKeysThatItKnowsAndNoOthers() throws SchsmException {
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        byte[] ofOld = wrapped(card);
        CardProbe current = withDkek(DeviceProfile.smartCardHsm4k());
        assertThat(current.command(0x80740593, ofOld)).isEqualTo(0x9000);
        assertThat(current.send("004801B0049102 1092")).isEqualTo(0x9000);
        assertThat(card.command(0x80740593, wrapped(current))).isEqualTo(0x6A80);
    }

    @Test
    void itGeneratesRsaKeysOfUpTo2048Bits() {
        assertThat(generateRsa(3072)).isEqualTo(0x6A80);
        assertThat(generateRsa(2048)).isEqualTo(0x9000);
    }

    private int generateRsa(int bits) {
        byte[] template = Tlv.concat(
                Tlv.of(0x5F29, new byte[1]),
                Tlv.of(
                        0x7F49,
                        Tlv.of(0x06, HexFormat.of().parseHex("04007F00070202020102")),
                        Tlv.of(0x82, Bytes.of(1, 0, 1)),
                        Tlv.of(0x02, Bytes.uint16(bits))),
                Tlv.of(0x5F20, CardProbe.ascii("UTTM00001")));
        return card.command(0x00460200, template);
    }

    @Test
    void itTakesLongerCommands() {
        assertThat(card.write(0xCF01, new byte[1454 - 7 - 8])).isEqualTo(0x9000);
        assertThat(card.write(0xCF01, new byte[1454 - 7 - 8 + 1])).isEqualTo(0x6700);
    }

    @Test
    void stillOlderFirmwareWantsAnAuthorityReferenceAndTellsNoMemory() throws SchsmException {
        card = CardProbe.fresh(DeviceProfile.smartCardHsm26().withFirmware(1, 2));
        card.verify();
        assertThat(card.send("8050000000")).isEqualTo(0x6700);
        assertThat(generateRsa(1024)).isEqualTo(0x6A80);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
    }
}
