// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.simulator.CardProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionPinTest {
    private static final String BASE = "8106363438323139 82083537363231383830 910103";
    private static final String PIN = "363438323139";

    private CardProbe card;

    @BeforeEach
    void deviceThatAllowsSessionPins() throws SchsmException {
        card = CardProbe.fresh();
        assertThat(card.initialize("80020005" + BASE)).isEqualTo(0x9000);
    }

    private String sessionPin(SmHost host) throws Exception {
        assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
        assertThat(host.send(0x805A0181, "", "00")).isEqualTo(0x9000);
        assertThat(host.data()).hasSize(8);
        return CardProbe.hex(host.data());
    }

    @Test
    void itStandsForTheUserPinInEveryChannelUntilPowerIsLost() throws Exception {
        String sessionPin = sessionPin(SmHost.open(card, SmHost.AES));
        card.select();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x00200081, "303030303030", "")).isEqualTo(0x63C2);
        assertThat(host.send(0x00200081, sessionPin, "")).isEqualTo(0x9000);
        assertThat(host.send(0x80580000, "", "0000")).isEqualTo(0x9000);
        assertThat(host.send(0x00D7CF01, "54020000 5300", ""))
                .as("what needs the PIN")
                .isEqualTo(0x9000);
        card.select();
        assertThat(card.send("00200081")).as("it gives no tries back").isEqualTo(0x63C2);
        card.device().reset();
        card.select();
        assertThat(SmHost.open(card, SmHost.AES).send(0x00200081, sessionPin, ""))
                .as("a wrong PIN from now on")
                .isEqualTo(0x63C1);
    }

    @Test
    void itIsAWrongPinInPlainAndAfterTheUserPinHasChanged() throws Exception {
        String sessionPin = sessionPin(SmHost.open(card, SmHost.AES));
        assertThat(card.send("0020008108" + sessionPin)).isEqualTo(0x63C2);
        assertThat(card.send("002400810C" + PIN + "363534333231")).isEqualTo(0x9000);
        assertThat(SmHost.open(card, SmHost.AES).send(0x00200081, sessionPin, ""))
                .isEqualTo(0x63C2);
    }

    @Test
    void itDoesNotOpenABlockedDevice() throws Exception {
        String sessionPin = sessionPin(SmHost.open(card, SmHost.AES));
        for (int i = 0; i < 3; i++) {
            card.send("0020008106303030303030");
        }
        assertThat(SmHost.open(card, SmHost.AES).send(0x00200081, sessionPin, ""))
                .isEqualTo(0x6983);
    }

    @Test
    void itNeedsTheOptionAChannelAndThePin() throws Exception {
        card.verify();
        assertThat(card.send("805A018100")).as("in plain").isEqualTo(0x6982);
        card.select();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x805A0181, "", "00")).as("without PIN").isEqualTo(0x6982);
        assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
        assertThat(host.send(0x805A0181, "", "07")).isEqualTo(0x6700);
        assertThat(host.send(0x805A0181, "00", "00")).isEqualTo(0x6700);
        assertThat(host.send(0x805A0081, "", "00")).isEqualTo(0x6A86);
        assertThat(host.send(0x805A0188, "", "00")).isEqualTo(0x6A86);
        assertThat(card.initialize("80020001" + BASE)).isEqualTo(0x9000);
        host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
        assertThat(host.send(0x805A0181, "", "00")).as("without the option").isEqualTo(0x6986);
    }
}
