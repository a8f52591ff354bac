// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitializeCommandTest {
    private static final String BASE = "80020001 8106363438323139 82083537363231383830 910103";

    private CardProbe card;

    @BeforeEach
    void authenticatedCard() throws SchsmException {
        card = CardProbe.authenticated();
    }

    @Test
    void itErasesKeysFilesAndDomainsButNotTheDevice() {
        byte[] identity = card.read(0x2F02);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.write(0xCF01, new byte[5])).isEqualTo(0x9000);
        assertThat(card.send("80520100010200")).isEqualTo(0x9000);
        assertThat(card.initialize(BASE + "970102")).isEqualTo(0x9000);
        assertThat(card.send("00200081"))
                .as("still selected, and authenticated")
                .isEqualTo(0x9000);
        card.select();
        assertThat(card.send("00200081")).as("until the next selection").isEqualTo(0x63C3);
        assertThat(card.send("805800000000" + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("2F02CC00");
        assertThat(card.send("8052000000")).isEqualTo(0x6A88);
        assertThat(card.send("8052000100")).isEqualTo(0x6A88);
        assertThat(card.send("8052000200")).isEqualTo(0x6A86);
        assertThat(card.read(0x2F02)).isEqualTo(identity);
        assertThat(CardProbe.hex(card.read(0x2F03)))
                .startsWith("30")
                .contains("020101" + "040B" + CardProbe.hex(CardProbe.ascii("ZZSIM000001")))
                .contains("800D" + CardProbe.hex(CardProbe.ascii("SmartCard-HSM")));
        card.verify();
        assertThat(card.write(0x2F03, new byte[60])).isEqualTo(0x9000);
    }

    @Test
    void itNeedsTheInitializationCodeOfThePresentOwner() {
        String wrong = "80020001 8106363438323139 82083030303030303030 910103";
        assertThat(card.initialize(wrong)).isEqualTo(0x63CE);
        assertThat(card.send("00200081")).as("nothing happened").isEqualTo(0x9000);
        for (int left = 13; left > 0; left--) {
            assertThat(card.initialize(wrong)).isEqualTo(0x63C0 + left);
        }
        assertThat(card.initialize(wrong)).isEqualTo(0x6983);
        assertThat(card.initialize(BASE)).isEqualTo(0x6983);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80020001 8106363438323139 910103",
                "80020001 82083537363231383830 910103",
                "8106363438323139 82083537363231383830 910103",
                "800101 8106363438323139 82083537363231383830 910103",
                "80020001 81053634383231 82083537363231383830 910103",
                "80020001 8106363438323139 820735373632313838 910103",
                BASE + "920101 970101",
                BASE + "970100",
                BASE + "92020001",
                BASE + "920101 920101",
                BASE + "9400",
                BASE + "950101",
                BASE + "9701",
                "80020001 8106363438323139 82083537363231383830 91020003",
                "80020001 8106363438323139 82083537363231383830 910104"
            })
    void wrongParametersAreRefusedBeforeAnythingIsErased(String parameters) {
        assertThat(card.write(0xCF01, new byte[5])).isEqualTo(0x9000);
        assertThat(card.initialize(parameters)).isEqualTo(0x6A80);
        assertThat(card.read(0xCF01)).hasSize(5);
        assertThat(card.send("00200088")).isEqualTo(0x63CF);
    }

    @Test
    void biometricServersMayBeNamed() {
        assertThat(card.initialize(BASE + "9505A000000001 9606A00000000102")).isEqualTo(0x9000);
    }

    @Test
    void withoutSharesAndSlotsThereAreNoDomains() {
        assertThat(card.initialize(BASE)).isEqualTo(0x9000);
        card.verify();
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.send("8052000000")).isEqualTo(0x6D00);
        assertThat(card.send("80720192000000")).isEqualTo(0x6D00);
        assertThat(card.send("80740193")).isEqualTo(0x6D00);
    }

    @Test
    void aDeviceWithOneDkekHasDomainZeroAndItsKeysAreInIt() {
        assertThat(card.initialize(BASE + "920102")).isEqualTo(0x9000);
        assertThat(card.send("8052000000")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0202" + "0000000000000000");
        assertThat(card.send("8052000100")).isEqualTo(0x6A86);
        card.verify();
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0100")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("A503920100");
        assertThat(card.send("8052030000")).as("its keys hold the domain").isEqualTo(0x6A89);
    }

    @Test
    void withoutSharesToImportTheDkekIsRandom() {
        assertThat(card.initialize(BASE + "920100")).isEqualTo(0x9000);
        assertThat(card.send("8052000000")).isEqualTo(0x9000);
        assertThat(card.hex()).startsWith("0000").doesNotEndWith("0000000000000000");
        card.verify();
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.send("80720192000000")).isEqualTo(0x9000);
    }

    @Test
    void withoutParametersItTellsFreeMemoryAndVersion() {
        assertThat(card.send("8050000000")).isEqualTo(0x9000);
        byte[] before = card.data();
        assertThat(card.hex()).endsWith("0305");
        assertThat(card.write(0xCF01, new byte[100])).isEqualTo(0x9000);
        assertThat(card.send("8050000000")).isEqualTo(0x9000);
        assertThat(Bytes.unsigned(Arrays.copyOf(before, 4)) - Bytes.unsigned(Arrays.copyOf(card.data(), 4)))
                .isBetween(100L, 150L);
        assertThat(card.send("8050010000")).isEqualTo(0x6A86);
    }

    @Test
    void firmwareBeforeVersion3HasNoSlots() throws SchsmException {
        card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withFirmware(2, 6));
        assertThat(card.initialize(BASE + "970101")).isEqualTo(0x6A80);
        assertThat(card.initialize(BASE + "920101")).isEqualTo(0x9000);
        card.verify();
        assertThat(card.send("8052000000")).isEqualTo(0x9000);
        assertThat(card.send("8052000100")).isEqualTo(0x6D00);
        assertThat(card.send("8052010000")).isEqualTo(0x6D00);
        assertThat(card.send("004801B2")).isEqualTo(0x6D00);
    }
}
