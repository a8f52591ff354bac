// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Hashes;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slots and domains of the DKEK kind; those of the XKEK kind are in {@code XkekMigrationTest}. */
class KeyDomainCommandsTest {
    private static final String NO_KEK = "0000000000000000";

    private CardProbe card;

    @BeforeEach
    void authenticatedCard() throws SchsmException {
        card = CardProbe.authenticated();
    }

    private static String kcv(String kek) {
        return CardProbe.hex(Arrays.copyOf(Hashes.sha256(CardProbe.bytes(kek)), 8));
    }

    @Test
    void theKekIsTheXorOfTheSharesWhichNeedNoPin() {
        assertThat(card.send("80520102010300")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0303" + NO_KEK);
        card.select();
        assertThat(card.send("80520002 20 " + "01".repeat(32) + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0302" + NO_KEK);
        assertThat(card.send("80520002 20 " + "02".repeat(32) + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0301" + NO_KEK);
        assertThat(card.send("80520002 20 " + "04".repeat(32) + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0300" + kcv("07".repeat(32)));
        assertThat(card.send("80520002 20 " + "04".repeat(32) + "00")).isEqualTo(0x6985);
        assertThat(card.send("8052000200")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0300" + kcv("07".repeat(32)));
    }

    @ParameterizedTest
    @CsvSource({
        "80520000, 6A88",
        "80520004, 6A86",
        "805200FF, 6A86",
        "80520500, 6A86",
        "8052010002 0101, 6700",
        "80520100, 6700",
        "80520200, 6700",
        "80520200 03 540101, 6A80",
        "80520200 01 01, 6A80",
        "80520300, 6A88",
        "80520400, 6A88",
        "80520300 01 00, 6700",
        "80520400 01 00, 6700",
        "80520000 1F 00000000000000000000000000000000000000000000000000000000000000, 6700"
    })
    void whatDoesNotFitASlotIsRefused(String command, String sw) {
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @ParameterizedTest
    @CsvSource({"8052010001 01", "80520200 01 00", "80520300", "80520400"})
    void changesNeedThePin(String command) {
        card.select();
        assertThat(card.send(command)).isEqualTo(0x6982);
    }

    @Test
    void aSlotHoldsOneDomain() {
        assertThat(card.send("80520100010100")).isEqualTo(0x9000);
        assertThat(card.send("80520100010100")).isEqualTo(0x6A89);
        assertThat(card.send("80520200 03 540101")).isEqualTo(0x6A89);
        assertThat(card.send("8052030000")).isEqualTo(0x9000);
        assertThat(card.send("8052000000")).isEqualTo(0x6A88);
        assertThat(card.send("80520100010200")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0202" + NO_KEK);
    }

    @Test
    void aDomainWithKeysIsNotDeletedButItsKekIs() {
        assertThat(card.send("80520103010100")).isEqualTo(0x9000);
        assertThat(card.send("80520003 20 " + "01".repeat(32) + "00")).isEqualTo(0x9000);
        assertThat(card.generate(1, EcCurve.SECP256R1, "920103")).isEqualTo(0x9000);
        assertThat(card.send("8052030300")).isEqualTo(0x6A89);
        assertThat(card.send("8052040300")).isEqualTo(0x9000);
        assertThat(card.hex()).as("all shares are missing again").isEqualTo("0101" + NO_KEK);
        assertThat(card.command(0x80680170, new byte[32])).as("the key stays").isEqualTo(0x9000);
        assertThat(card.send("80520003 20 " + "01".repeat(32) + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0100" + kcv("01".repeat(32)));
        assertThat(card.send("00E4020002CC01")).isEqualTo(0x9000);
        assertThat(card.send("8052030300")).isEqualTo(0x9000);
    }
}
