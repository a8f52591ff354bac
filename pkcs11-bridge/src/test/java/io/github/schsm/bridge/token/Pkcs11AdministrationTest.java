// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.FakeBench;
import io.github.schsm.bridge.FakePin;
import io.github.schsm.bridge.FakeToken;
import io.github.schsm.callback.PinPadCallback;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PINs and initialization as far as PKCS#11 has words for them. */
class Pkcs11AdministrationTest {
    private static final char[] PIN = FakeToken.USER_PIN.toCharArray();
    private static final char[] SO_PIN = FakeToken.SO_PIN.toCharArray();
    private static final char[] NEW_PIN = "135790".toCharArray();
    private static final char[] WRONG_SO_PIN = "0000000000000000".toCharArray();

    private final FakeBench bench = new FakeBench();
    private Pkcs11Token token;
    private TokenAdministration administration;

    @BeforeEach
    void load() throws Exception {
        token = bench.loaded();
        administration = token.administration();
    }

    @Test
    void theStateOfPinsComesFromTheFlags() throws Exception {
        assertThat(administration.userPin()).isEqualTo(new PinStatus(PinStatus.State.VERIFIED, -1));
        assertThat(administration.soPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, -1));
        token.logout();
        assertThat(administration.userPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, -1));
        bench.device.user.left(1);
        assertThat(administration.userPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 1));
        bench.device.user.left(0);
        assertThat(administration.userPin()).isEqualTo(new PinStatus(PinStatus.State.BLOCKED, 0));
        bench.device.so.left(1);
        assertThat(administration.soPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 1));
    }

    @Test
    void aTransportPinIsToBeChanged() throws Exception {
        FakeBench other = new FakeBench();
        other.device.userPinToBeChanged = true;
        assertThat(other.open().administration().userPin().state()).isEqualTo(PinStatus.State.TRANSPORT);
    }

    @Test
    void theUserPinIsChanged() throws Exception {
        administration.changePin(PIN, NEW_PIN);
        token.login(FakePin.given("135790"));
        assertThat(token.isLoggedIn()).isTrue();
        token.sign(FakeBench.key(token, "ec"), KeyAlgorithm.ECDSA, new byte[32]);
    }

    @Test
    void aWrongOldPinCostsOneTryAndIsNamed() {
        assertThatThrownBy(() -> administration.changePin(NEW_PIN, PIN))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("user PIN")
                .hasMessageContaining("CKR_PIN_INCORRECT");
        assertThat(bench.device.user.left()).isEqualTo(2);
    }

    @Test
    void aBlockedPinIsSetAnewWithTheSoPin() throws Exception {
        bench.device.user.left(0);
        administration.unblock(SO_PIN, NEW_PIN);
        token.login(FakePin.given("135790"));
        assertThat(token.isLoggedIn()).isTrue();
        assertThat(token.keys()).hasSize(3);
    }

    @Test
    void aWrongSoPinIsToldWithTheTriesThatAreLeft() {
        assertThatThrownBy(() -> administration.unblock(WRONG_SO_PIN, NEW_PIN))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("SO-PIN");
        assertThatThrownBy(() -> administration.unblock(WRONG_SO_PIN, NEW_PIN))
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .isInstanceOfSatisfying(
                        PinException.class,
                        wrong -> assertThat(wrong.triesLeft()).isEqualTo(1));
        assertThatThrownBy(() -> administration.changeSoPin(WRONG_SO_PIN, SO_PIN))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED")
                .hasMessageContaining("SO-PIN");
    }

    @Test
    void theSoPinIsChanged() throws Exception {
        administration.changeSoPin(SO_PIN, WRONG_SO_PIN);
        administration.unblock(WRONG_SO_PIN, NEW_PIN);
        assertThatThrownBy(() -> administration.unblock(SO_PIN, NEW_PIN))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
    }

    @Test
    void anInitializedTokenIsEmptyAndHasItsPinsAndItsLabel() throws Exception {
        DeviceInitialization settings =
                DeviceInitialization.builder(NEW_PIN, SO_PIN).label("fresh").build();
        administration.initialize(settings);
        assertThat(bench.device.objects()).isEmpty();
        assertThat(token.info().label()).isEqualTo("fresh");
        token.load(FakePin.given("135790"));
        assertThat(token.keys()).isEmpty();
    }

    @Test
    void aWrongSoPinInitializesNothing() throws Exception {
        int before = bench.device.objects().size();
        DeviceInitialization settings =
                DeviceInitialization.builder(NEW_PIN, WRONG_SO_PIN).build();
        assertThatThrownBy(() -> administration.initialize(settings))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(bench.device.objects()).hasSize(before);
    }

    @Test
    void settingsThatPkcs11HasNoWordsForAreRefusedByName() throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder("12345678".toCharArray(), SO_PIN)
                .retries(7)
                .keyDomainSlots(4)
                .publicKeyAuthentication(1, 2)
                .build();
        assertThatThrownBy(() -> administration.initialize(settings))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("retries (7)")
                .hasMessageContaining("key domain slots (4)")
                .hasMessageContaining("public key authentication (1 of 2)");
        assertThatThrownBy(() -> administration.setLabel("other"))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("label");
        assertThatThrownBy(() -> administration.setLabel(" ")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> administration.unblock(SO_PIN, new char[0]))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("new user PIN");
        assertThat(administration.freeMemory()).isEqualTo(-1);
    }

    @Test
    void thePinIsChangedOnTheReaderWhereThereIsAPad() throws Exception {
        assertThatThrownBy(administration::changePinOnReader)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("protected authentication path");
        bench.device.pad(() -> Optional.of("135790"));
        assertThatThrownBy(administration::changePinOnReader)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("user PIN");
        bench.device.user.set("135790");
        administration.changePinOnReader();
        assertThat(bench.module.script().calls("C_SetPIN")).isOne();
    }

    private static List<PinPadCallback.Entry> told(FakePin pin) {
        return pin.events().stream()
                .filter(PinPadCallback.class::isInstance)
                .map(event -> ((PinPadCallback) event).entry())
                .toList();
    }

    @Test
    void aPersonIsToldOfEachEntryOnTheReaderAndWhenItIsOver() throws Exception {
        bench.device.pad(() -> Optional.of(FakeToken.USER_PIN));
        FakePin pin = FakePin.given(FakeToken.USER_PIN);
        token.login(pin);

        administration.changePinOnReader();

        assertThat(told(pin))
                .containsExactly(
                        PinPadCallback.Entry.VERIFY,
                        PinPadCallback.Entry.FINISHED,
                        PinPadCallback.Entry.CHANGE,
                        PinPadCallback.Entry.FINISHED);
    }

    @Test
    void theLastTryIsNotUsedOnTheReaderIfNobodyIsTold() throws Exception {
        token.logout();
        bench.device.pad(() -> Optional.of("000000"));
        bench.device.user.left(1);

        assertThatThrownBy(administration::changePinOnReader)
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("nobody could be told");

        assertThat(bench.device.user.left()).isOne();
        assertThat(bench.module.script().calls("C_SetPIN")).isZero();
    }

    @Test
    void aWrongPinOnTheReaderLeavesTheLoginThatWasThere() throws Exception {
        token.login(FakePin.right());
        bench.device.pad(() -> Optional.of("000000"));

        assertThatThrownBy(administration::changePinOnReader)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");

        token.sign(FakeBench.key(token, "ec"), KeyAlgorithm.ECDSA, new byte[32]);
        assertThat(bench.device.user.left()).isEqualTo(3);
    }
}
