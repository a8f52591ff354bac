// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TokenAdministration.PinStatus.State;
import io.github.schsm.Vectors;
import io.github.schsm.login.FailedPinCache.Kind;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailedPinCacheTest {
    private static final byte[] ONE = pin("111111");
    private static final byte[] TWO = pin("222222");

    private static int tokens;

    private final FailedPinCache pins = FailedPinCache.ofToken("", "cache test " + tokens++, Kind.USER_PIN);

    private static byte[] pin(String digits) {
        return digits.getBytes(StandardCharsets.US_ASCII);
    }

    private static DeviceIdentity device(String vector) throws Exception {
        return DeviceIdentity.parse(Vectors.read(vector));
    }

    @Test
    void knowsWhatWasRefusedUntilItIsForgotten() {
        assertThat(pins.any()).isFalse();
        pins.add(ONE, 2);

        assertThat(pins.any()).isTrue();
        assertThat(pins.contains(ONE)).isTrue();
        assertThat(pins.contains(TWO)).isFalse();
        pins.forget();
        assertThat(pins.any()).isFalse();
        assertThat(pins.contains(ONE)).isFalse();
    }

    @Test
    void keepsTheLastSixteen() {
        for (int i = 0; i < 17; i++) {
            pins.add(pin("0000" + (10 + i)), -1);
        }

        assertThat(pins.contains(pin("000010"))).isFalse();
        assertThat(pins.contains(pin("000011"))).isTrue();
        assertThat(pins.contains(pin("000026"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "VERIFIED,     -1, false",
        "VERIFIED,      2, false",
        "NOT_VERIFIED,  3, false",
        "NOT_VERIFIED,  2, true",
        "NOT_VERIFIED,  1, true",
        "NOT_VERIFIED, -1, true",
        "BLOCKED,       0, true"
    })
    void moreTriesThanBeforeOrALoginShowThatThePinIsAnother(State state, int left, boolean kept) {
        pins.add(ONE, 2);

        pins.look(new PinStatus(state, left));

        assertThat(pins.contains(ONE)).isEqualTo(kept);
    }

    @Test
    void triesThatGoUpAfterTheyWentDownShowItToo() {
        pins.add(ONE, 2);
        pins.look(new PinStatus(State.NOT_VERIFIED, 0));
        assertThat(pins.contains(ONE)).isTrue();

        pins.look(new PinStatus(State.NOT_VERIFIED, 1));
        assertThat(pins.contains(ONE)).isFalse();
    }

    @Test
    void aRefusalThatTellsNoTriesLeavesThoseThatAreKnown() {
        pins.add(ONE, 2);
        pins.add(TWO, -1);
        pins.look(new PinStatus(State.NOT_VERIFIED, 2));
        assertThat(pins.contains(ONE)).isTrue();

        pins.add(TWO, 0);
        pins.look(new PinStatus(State.NOT_VERIFIED, 1));
        assertThat(pins.any()).isFalse();
    }

    @Test
    void aDeviceIsItsCertificatesNotItsReaderAndHasTwoPins() throws Exception {
        DeviceIdentity device = device("genuine-2016-2F02");
        FailedPinCache its = FailedPinCache.ofDevice(device, "a reader", Kind.USER_PIN);

        assertThat(FailedPinCache.ofDevice(device, "another reader", Kind.USER_PIN))
                .isSameAs(its);
        assertThat(FailedPinCache.ofDevice(device, Kind.USER_PIN)).isSameAs(its);
        assertThat(FailedPinCache.ofDevice(device, Kind.SO_PIN)).isNotSameAs(its);
        assertThat(FailedPinCache.ofDevice(device("genuine-2026-2F02"), Kind.USER_PIN))
                .isNotSameAs(its);
    }

    @Test
    void aSerialNumberMeansTheOneDeviceOfThatIdAndTakesOverWhatWasKnown() throws Exception {
        DeviceIdentity device = device("genuine-2026-2F02");
        FailedPinCache bySerial = FailedPinCache.ofToken(device.deviceId(), "token", Kind.SO_PIN);
        assertThat(FailedPinCache.ofToken(device.deviceId(), "another name", Kind.SO_PIN))
                .isSameAs(bySerial);
        bySerial.add(ONE, 2);

        FailedPinCache its = FailedPinCache.ofDevice(device, Kind.SO_PIN);
        assertThat(its.contains(ONE)).isTrue();
        assertThat(FailedPinCache.ofToken(device.deviceId(), "token", Kind.SO_PIN))
                .isSameAs(its);
        assertThat(FailedPinCache.ofToken(device.deviceId(), "token", Kind.USER_PIN))
                .isNotSameAs(its);
    }

    @Test
    void aTokenOfAnotherMakerIsItsNameWhateverItsSerialNumberSays() {
        FailedPinCache its = FailedPinCache.ofToken("0001", "cache test a", Kind.USER_PIN);

        assertThat(FailedPinCache.ofToken("0001", "cache test b", Kind.USER_PIN))
                .isNotSameAs(its);
        assertThat(FailedPinCache.ofToken("0002", "cache test a", Kind.USER_PIN))
                .isSameAs(its);
        assertThat(FailedPinCache.ofToken("0001", "cache test a", Kind.SO_PIN)).isNotSameAs(its);
    }

    @Test
    void oldestDevicesAreForgottenFirst() {
        FailedPinCache first = FailedPinCache.ofToken("", "cache test first", Kind.USER_PIN);
        first.add(ONE, 2);
        for (int i = 0; i < 64; i++) {
            FailedPinCache.ofToken("", "cache test filler " + i, Kind.USER_PIN);
        }

        assertThat(FailedPinCache.ofToken("", "cache test first", Kind.USER_PIN))
                .isNotSameAs(first);
    }
}
