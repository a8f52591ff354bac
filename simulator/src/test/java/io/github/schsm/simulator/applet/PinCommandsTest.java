// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinCommandsTest {
    private static final String USER_PIN = "363438323139";
    private static final String SO_PIN = "3537363231383830";
    private static final String WRONG_PIN = "303030303030";
    private static final String WRONG_SO_PIN = "3030303030303030";
    private static final String NEW_PIN = "31323334353637";

    private CardProbe card;

    @BeforeEach
    void freshCard() throws SchsmException {
        card = CardProbe.fresh();
    }

    private static String data(String... parts) {
        String all = String.join("", parts);
        return String.format("%02X", all.length() / 2) + all;
    }

    private int status() {
        return card.send("00200081");
    }

    private int verify(String pin) {
        return card.send("00200081" + data(pin));
    }

    @Test
    void theUserPinCountsDownBlocksAndStaysBlocked() {
        assertThat(status()).isEqualTo(0x63C3);
        assertThat(verify(WRONG_PIN)).isEqualTo(0x63C2);
        assertThat(status()).isEqualTo(0x63C2);
        assertThat(verify(USER_PIN)).isEqualTo(0x9000);
        assertThat(status()).isEqualTo(0x9000);
        assertThat(verify(WRONG_PIN)).isEqualTo(0x63C2);
        assertThat(status()).as("a wrong PIN ends the authentication").isEqualTo(0x63C2);
        assertThat(verify(WRONG_PIN)).isEqualTo(0x63C1);
        assertThat(verify(WRONG_PIN)).isEqualTo(0x6983);
        assertThat(status()).isEqualTo(0x6983);
        assertThat(verify(USER_PIN)).isEqualTo(0x6983);
        card.device().remove();
        card.device().insert();
        card.select();
        assertThat(status()).isEqualTo(0x6983);
    }

    @Test
    void theSecurityOfficersPinHasFifteenTries() {
        assertThat(card.send("00200088")).isEqualTo(0x63CF);
        assertThat(card.send("00200088" + data(SO_PIN))).isEqualTo(0x9000);
        assertThat(card.send("00200088")).isEqualTo(0x9000);
        for (int left = 14; left > 0; left--) {
            assertThat(card.send("00200088" + data(WRONG_SO_PIN))).isEqualTo(0x63C0 + left);
        }
        assertThat(card.send("00200088" + data(WRONG_SO_PIN))).isEqualTo(0x6983);
        assertThat(card.send("002C0081" + data(SO_PIN, NEW_PIN))).isEqualTo(0x6983);
        assertThat(verify(USER_PIN)).as("the user's own is another").isEqualTo(0x9000);
    }

    @ParameterizedTest
    @CsvSource({
        "00200085, 6A88",
        "00200086, 6A88",
        "00200080, 6A88",
        "00200181, 6A86",
        "00200081 05 3132333435, 6700",
        "00200081 11 3132333435363738393031323334353637, 6700",
        "00200088 06 313233343536, 6700",
        "00240085, 6A88",
        "00240181 0C 363438323139363438323139, 6A86",
        "00240081, 6700",
        "00240081 0B 3634383231393634383231, 6700",
        "002C0088 08 3537363231383830, 6A88",
        "002C0281 08 3537363231383830, 6A86",
        "002C0081 08 3537363231383830, 6700",
        "002C0181 09 353736323138383031, 6700",
        "002C0081, 6700"
    })
    void wrongReferencesAndLengthsAreRefusedWithoutCostingATry(String command, String sw) {
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
        assertThat(status()).isEqualTo(0x63C3);
        assertThat(card.send("00200088")).isEqualTo(0x63CF);
    }

    @Test
    void changingNeedsTheOldPinAndEndsTheAuthentication() {
        card.verify();
        assertThat(card.send("00240081" + data(WRONG_PIN, NEW_PIN))).isEqualTo(0x63C2);
        assertThat(card.send("00240081" + data(USER_PIN, NEW_PIN))).isEqualTo(0x9000);
        assertThat(status()).isEqualTo(0x63C3);
        assertThat(verify(USER_PIN)).isEqualTo(0x63C2);
        assertThat(verify(NEW_PIN)).isEqualTo(0x9000);
        assertThat(card.send("00240088" + data(SO_PIN, WRONG_SO_PIN))).isEqualTo(0x9000);
        assertThat(card.send("00200088" + data(WRONG_SO_PIN))).isEqualTo(0x9000);
    }

    @Test
    void theSecurityOfficerUnblocksAndSetsThePin() {
        verify(WRONG_PIN);
        verify(WRONG_PIN);
        verify(WRONG_PIN);
        assertThat(card.send("002C0081" + data(WRONG_SO_PIN, NEW_PIN))).isEqualTo(0x63CE);
        assertThat(card.send("002C0081" + data(SO_PIN, NEW_PIN))).isEqualTo(0x9000);
        assertThat(status()).isEqualTo(0x63C3);
        assertThat(verify(NEW_PIN)).isEqualTo(0x9000);
        verify(WRONG_PIN);
        assertThat(card.send("002C0181" + data(SO_PIN))).isEqualTo(0x9000);
        assertThat(status()).isEqualTo(0x63C3);
        assertThat(verify(NEW_PIN)).isEqualTo(0x9000);
    }

    @ParameterizedTest
    @CsvSource({"0000, 6986, 6986", "0001, 9000, 9000", "0021, 6986, 9000"})
    void whatTheSecurityOfficerMayDoIsAnOption(String options, String set, String unblock) {
        assertThat(card.initialize("8002" + options + "8106" + USER_PIN + "8208" + SO_PIN + "910103"))
                .isEqualTo(0x9000);
        assertThat(card.send("002C0081" + data(SO_PIN, USER_PIN))).isEqualTo(Integer.parseInt(set, 16));
        assertThat(card.send("002C0181" + data(SO_PIN))).isEqualTo(Integer.parseInt(unblock, 16));
    }

    @Test
    void aTransportPinHasToBeChangedFirst() {
        assertThat(card.initialize("80020003" + "8106" + USER_PIN + "8208" + SO_PIN + "910103"))
                .isEqualTo(0x9000);
        assertThat(status()).isEqualTo(0x6984);
        assertThat(verify(USER_PIN)).isEqualTo(0x6984);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x6982);
        assertThat(card.send("00240081" + data(WRONG_PIN, NEW_PIN))).isEqualTo(0x63C2);
        assertThat(card.send("00240081" + data(USER_PIN, NEW_PIN))).isEqualTo(0x9000);
        assertThat(status()).isEqualTo(0x63C3);
        assertThat(verify(NEW_PIN)).isEqualTo(0x9000);
    }

    @ParameterizedTest
    @CsvSource({"6, 3", "7, 5", "8, 10", "16, 10"})
    void aShorterPinHasFewerTries(int length, int most) {
        String pin = "39".repeat(length);
        String head = "80020001" + String.format("81%02X", length) + pin + "8208" + SO_PIN;
        assertThat(card.initialize(head + String.format("9101%02X", most + 1))).isEqualTo(0x6A80);
        assertThat(card.initialize(head + "910100")).isEqualTo(0x6A80);
        assertThat(card.initialize(head + String.format("9101%02X", most))).isEqualTo(0x9000);
        card.select();
        assertThat(status()).isEqualTo(0x63C0 + most);
        assertThat(card.send("00240081" + data(pin, USER_PIN))).isEqualTo(0x9000);
        assertThat(status()).as("six digits allow three tries").isEqualTo(0x63C3);
    }

    @Test
    void aDeviceThatWasNeverInitializedHasNoPins() throws SchsmException {
        card = new CardProbe(
                VirtualReaders.create(DeviceProfile.smartCardHsm4k()).blankDevice("ZZSIM000009"));
        card.select();
        assertThat(status()).isEqualTo(0x6A88);
        assertThat(verify(USER_PIN)).isEqualTo(0x6A88);
        assertThat(card.send("00200088")).isEqualTo(0x6A88);
        assertThat(card.send("002C0181" + data(SO_PIN))).isEqualTo(0x6A88);
        assertThat(card.send("8052000000")).isEqualTo(0x6D00);
        assertThat(card.read(0x2F02)).isNotEmpty();
        assertThat(card.initialize("80020001" + "8106" + USER_PIN + "8208" + WRONG_SO_PIN + "910103"))
                .as("nobody's initialization code has to match")
                .isEqualTo(0x9000);
        assertThat(verify(USER_PIN)).isEqualTo(0x9000);
    }
}
