// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.FakeBench;
import io.github.schsm.bridge.FakePin;
import io.github.schsm.bridge.FakeToken;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.PinRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rules for PINs that hold on the device itself, over a module that tells of tries left by flags only. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PinRulesTest {
    private static final byte[] HASH = new byte[32];
    private static final String WRONG = "000000";

    private final FakeBench bench = new FakeBench();
    private final TokenKey ec;

    PinRulesTest() throws Exception {
        Pkcs11Token token = new FakeBench().loaded();
        ec = FakeBench.key(token, "ec");
    }

    private byte[] sign(Pkcs11Token token) throws SchsmException {
        return token.sign(ec, KeyAlgorithm.ECDSA, HASH);
    }

    private List<String> sent() {
        return bench.device.user.presented();
    }

    // Wrong ones

    @Test
    void aWrongPinIsSentOnceAndItsSourceIsTold() throws Exception {
        Pkcs11Token token = bench.open();
        FakePin wrong = FakePin.given(WRONG);
        assertThatThrownBy(() -> token.login(wrong))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("user PIN is wrong")
                .hasMessageContaining(FakeBench.MODULE)
                .hasMessageContaining("CKR_PIN_INCORRECT, 0xA0");
        assertThat(sent()).containsExactly(WRONG);
        assertThat(wrong.events()).singleElement().isInstanceOfSatisfying(LoginCallback.class, told -> {
            assertThat(told.isAccepted()).isFalse();
            assertThat(told.deviceId()).isEqualTo(bench.device.serial);
        });
        assertThat(token.isLoggedIn()).isFalse();
    }

    @Test
    void aRefusedPinIsNotSentAgainByItselfByAnybody() throws Exception {
        Pkcs11Token token = bench.open();
        token.useWhenNeeded(FakePin.given(WRONG));
        assertThatThrownBy(() -> sign(token))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThatThrownBy(() -> sign(token)).isInstanceOf(PinRequiredException.class);
        Pkcs11Token another = bench.open();
        another.useWhenNeeded(FakePin.given(WRONG));
        assertThatThrownBy(() -> sign(another)).isInstanceOf(PinRequiredException.class);
        assertThat(sent()).containsExactly(WRONG);

        token.login(FakePin.right());
        assertThat(sign(token)).isNotEmpty();
    }

    @Test
    void aLoginThatWasAcceptedStaysWhenAnotherPinIsRefused() throws Exception {
        Pkcs11Token token = bench.loaded();
        assertThatThrownBy(() -> token.login(FakePin.given(WRONG))).isInstanceOf(PinException.class);
        assertThat(sign(token)).isNotEmpty();
    }

    @Test
    void whetherOneTryIsLeftOrNoneIsInTheException() throws Exception {
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.login(FakePin.given(WRONG)))
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .isInstanceOfSatisfying(
                        PinException.class,
                        wrong -> assertThat(wrong.triesLeft()).isEqualTo(-1));
        assertThatThrownBy(() -> token.login(FakePin.given("000001")))
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .isInstanceOfSatisfying(
                        PinException.class,
                        wrong -> assertThat(wrong.triesLeft()).isEqualTo(1))
                .hasMessageContaining("1 try is left");
        FakePin third = FakePin.given("000002");
        assertThatThrownBy(() -> token.login(third))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED")
                .hasMessageContaining("SO-PIN");
        assertThat(third.events())
                .filteredOn(LoginCallback.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(
                        LoginCallback.class,
                        told -> assertThat(told.triesLeft()).hasValue(0));
    }

    // The last try

    @Test
    void theLastTryIsNotUsedByItself() throws Exception {
        bench.device.user.left(1);
        Pkcs11Token token = bench.open();
        token.useWhenNeeded(FakePin.right());
        assertThatThrownBy(() -> sign(token))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("one try");
        assertThat(sent()).isEmpty();
    }

    @Test
    void theLastTryIsForWhoGivesThePinJustNow() throws Exception {
        bench.device.user.left(1);
        Pkcs11Token token = bench.open();
        token.login(FakePin.right());
        assertThat(sign(token)).isNotEmpty();
        assertThat(bench.device.user.left()).isEqualTo(3);
    }

    @Test
    void theLastTryIsForWhoIsToldThatItIs() throws Exception {
        bench.device.user.left(1);
        Pkcs11Token token = bench.open();
        FakePin asked = FakePin.asked(FakeToken.USER_PIN);
        token.useWhenNeeded(asked);
        assertThat(sign(token)).isNotEmpty();
        assertThat(asked.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.isLastTry()).isTrue());
    }

    @Test
    void theLastTryIsNotForAPinThatWasRefusedBefore() throws Exception {
        bench.device.user.left(2);
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.login(FakePin.given(WRONG)))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThatThrownBy(() -> token.login(FakePin.given(WRONG)))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("one try");
        assertThat(sent()).containsExactly(WRONG);
        token.login(FakePin.right());
    }

    @Test
    void nothingIsSentToABlockedPin() throws Exception {
        bench.device.user.left(0);
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.load(FakePin.right()))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED")
                .hasMessageContaining(FakeBench.MODULE)
                .hasMessageContaining("CKF_USER_PIN_LOCKED");
        assertThat(sent()).isEmpty();
        token.load(null);
        assertThat(token.certificates()).hasSize(1);
    }

    @Test
    void aModuleThatTellsNoTriesLocksWithATypedException() throws Exception {
        bench.device.reportsTries = false;
        bench.device.user.left(0);
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.load(FakePin.right()))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED")
                .hasMessageContaining("CKR_PIN_LOCKED");
    }

    @Test
    void aPinThatIsToBeChangedFirstIsNotSent() throws Exception {
        bench.device.userPinToBeChanged = true;
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.load(FakePin.right()))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.TRANSPORT_PIN), "reason TRANSPORT_PIN")
                .hasMessageContaining("changed");
        assertThat(sent()).isEmpty();
    }

    @Test
    void aTokenWithoutUserPinSaysSo() throws Exception {
        bench.device.userPinInitialized = false;
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.load(FakePin.right()))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining(FakeBench.MODULE)
                .hasMessageContaining("USER_PIN_NOT_INITIALIZED");
    }

    // The reader's pad

    @Test
    void aPinOnThePadIsNullAndSomebodyIsTold() throws Exception {
        bench.device.pad(() -> Optional.of(FakeToken.USER_PIN));
        Pkcs11Token token = bench.open();
        FakePin pad = FakePin.onReader();
        token.load(pad);
        assertThat(sign(token)).isNotEmpty();
        assertThat(pad.events().stream()
                        .filter(PinPadCallback.class::isInstance)
                        .map(event -> ((PinPadCallback) event).entry()))
                .containsExactly(PinPadCallback.Entry.VERIFY, PinPadCallback.Entry.FINISHED);
        assertThat(pad.requests())
                .first()
                .satisfies(request -> assertThat(request.pinPad()).isTrue());
    }

    @Test
    void givingUpOnThePadIsATypedFailureAndNoTry() throws Exception {
        bench.device.pad(Optional::empty);
        Pkcs11Token token = bench.open();
        FakePin pad = FakePin.onReader();
        assertThatThrownBy(() -> token.load(pad))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining(FakeBench.MODULE)
                .hasMessageContaining("CKR_FUNCTION_CANCELED");
        assertThat(pad.events().get(pad.events().size() - 1))
                .isInstanceOfSatisfying(
                        PinPadCallback.class,
                        event -> assertThat(event.entry()).isEqualTo(PinPadCallback.Entry.FINISHED));
        assertThat(bench.device.user.left()).isEqualTo(3);
    }

    @Test
    void aPadThatIsNotThereIsSaid() throws Exception {
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.load(FakePin.onReader()))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining("PIN pad")
                .hasMessageContaining("CKF_PROTECTED_AUTHENTICATION_PATH");
        assertThat(bench.module.script().calls("C_Login")).isZero();
    }

    // Keys that want the PIN each time

    @Test
    void aKeyThatAlwaysAuthenticatesGetsItsLoginOnceForEachOperation() throws Exception {
        always("ec");
        Pkcs11Token token = bench.loaded();
        bench.module.script().resetCounts();
        for (int i = 1; i <= 3; i++) {
            assertThat(sign(token)).isNotEmpty();
            assertThat(bench.module.script().calls("C_Login")).isEqualTo(i);
        }
        assertThat(bench.module.logins()).isEqualTo(1);
        assertThat(sent())
                .containsExactly(FakeToken.USER_PIN, FakeToken.USER_PIN, FakeToken.USER_PIN, FakeToken.USER_PIN);
    }

    @Test
    void whoEntersThePinIsAskedForEachUseOfAKeyThatAlwaysAuthenticates() throws Exception {
        always("ec");
        Pkcs11Token token = bench.open();
        FakePin pad = FakePin.onReader();
        bench.device.pad(() -> Optional.of(FakeToken.USER_PIN));
        token.load(pad);
        sign(token);
        sign(token);
        assertThat(pad.events().stream()
                        .filter(PinPadCallback.class::isInstance)
                        .filter(event -> ((PinPadCallback) event).entry() == PinPadCallback.Entry.VERIFY))
                .hasSize(3);
    }

    @Test
    void aWrongPinForOneOperationEndsItAndIsNotSentAgain() throws Exception {
        always("ec");
        Pkcs11Token token = bench.loaded();
        bench.device.user.set("111111");
        assertThatThrownBy(() -> sign(token))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(bench.module.activeOperations()).isZero();
        assertThatThrownBy(() -> sign(token)).isInstanceOf(PinException.class);
        assertThat(sent()).hasSize(2);
    }

    private void always(String label) {
        bench.device.objects().stream()
                .filter(object ->
                        object.isPrivate() && object.text(Ck.CKA_LABEL).equals(label))
                .forEach(object -> object.with(Ck.CKA_ALWAYS_AUTHENTICATE, true));
    }

    // Whose login

    @Test
    void theLoginLastsUntilTheLastKeyStoreLogsOut() throws Exception {
        Pkcs11Token one = bench.loaded();
        Pkcs11Token other = bench.loaded();
        assertThat(bench.module.logins()).isEqualTo(1);
        one.logout();
        assertThat(one.isLoggedIn()).isFalse();
        assertThat(other.isLoggedIn()).isTrue();
        assertThat(sign(other)).isNotEmpty();
        assertThatThrownBy(() -> sign(one)).isInstanceOf(SchsmException.class);
        other.logout();
        assertThat(bench.module.tokenLogin(0)).isEmpty();
    }

    @Test
    void aWrongPinIsRefusedAlsoWhenSomebodyElseIsLoggedIn() throws Exception {
        Pkcs11Token one = bench.loaded();
        Pkcs11Token other = bench.open();
        assertThatThrownBy(() -> other.load(FakePin.given(WRONG))).isInstanceOf(PinException.class);
        assertThat(other.isLoggedIn()).isFalse();
        assertThat(sign(one)).isNotEmpty();
    }

    /** Another user of the module in this process, past the bridge. */
    private void loginByOtherCode() throws Exception {
        long session = bench.module.openSession(0, true);
        bench.module.login(session, Ck.CKU_USER, FakeToken.USER_PIN.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aPinThatWasNotComparedIsNotTakenForTheRightOne() throws Exception {
        loginByOtherCode();
        Pkcs11Token one = bench.open();
        one.load(FakePin.given(WRONG));
        assertThat(sent()).as("what the module compared").containsExactly(FakeToken.USER_PIN);

        Pkcs11Token other = bench.open();
        assertThatThrownBy(() -> other.load(FakePin.given(WRONG)))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(other.isLoggedIn()).isFalse();
        assertThat(sent()).containsExactly(FakeToken.USER_PIN, WRONG);
    }

    @Test
    void aPinThatWasNotComparedDoesNotClearOneThatWasRefused() throws Exception {
        bench.device.reportsTries = false;
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.login(FakePin.given(WRONG))).isInstanceOf(PinException.class);
        loginByOtherCode();
        token.login(FakePin.given("000001"));
        assertThat(sent()).containsExactly(WRONG, FakeToken.USER_PIN);

        Pkcs11Token other = bench.open();
        other.useWhenNeeded(FakePin.given(WRONG));
        assertThatThrownBy(() -> sign(other))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("refused this very PIN before");
        assertThat(sent()).containsExactly(WRONG, FakeToken.USER_PIN);
    }

    @Test
    void aKeyStoreWithoutPinDoesNotUseAnothersLogin() throws Exception {
        bench.loaded();
        Pkcs11Token other = bench.open();
        other.load(null);
        assertThat(other.isLoggedIn()).isFalse();
        assertThatThrownBy(() -> sign(other)).isInstanceOf(SchsmException.class);
    }

    @Test
    void whenAnotherProgramLogsOutThePinIsSentAgainByItself() throws Exception {
        for (boolean keepsHandles : new boolean[] {false, true}) {
            FakeBench mine = new FakeBench();
            if (keepsHandles) {
                mine.module.keepHandlesAtLogout();
            }
            Pkcs11Token token = mine.loaded();
            assertThat(sign(token)).isNotEmpty();
            mine.device.logoutByOther();
            assertThat(sign(token)).isNotEmpty();
            assertThat(mine.module.logins()).isEqualTo(2);
        }
    }

    @Test
    void whoWasAskedIsNotAskedAgainBecauseAnotherProgramLoggedOut() throws Exception {
        Pkcs11Token token = bench.open();
        FakePin asked = FakePin.asked(FakeToken.USER_PIN);
        token.load(asked);
        bench.device.logoutByOther();
        assertThat(sign(token)).isNotEmpty();
        assertThat(asked.requests()).hasSize(1);
    }

    @Test
    void whoWasAskedIsAskedAgainOnceTheTokenWasOut() throws Exception {
        Pkcs11Token token = bench.open();
        FakePin asked = FakePin.asked(FakeToken.USER_PIN);
        token.load(asked);
        bench.module.insert(0, bench.module.pull(0));
        assertThat(sign(token)).isNotEmpty();
        assertThat(asked.requests()).hasSize(2);
    }

    @Test
    void aPinThatWasChangedElsewhereIsSentOnceMoreOnly() throws Exception {
        Pkcs11Token token = bench.loaded();
        bench.device.user.set("111111");
        bench.device.logoutByOther();
        assertThatThrownBy(() -> sign(token))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThatThrownBy(() -> sign(token)).isInstanceOf(PinRequiredException.class);
        assertThatThrownBy(() -> sign(token)).isInstanceOf(PinRequiredException.class);
        assertThat(sent()).hasSize(2);
        assertThat(bench.device.user.left()).isEqualTo(2);
    }

    @Test
    void aPinGoesToTheTokenItWasAskedForWhereverThatIsWhenItIsEntered() throws Exception {
        FakeToken other = new FakeToken("bench", bench.device.serial + "1");
        Pkcs11Token token = bench.open();
        token.load(FakePin.asked(FakeToken.USER_PIN, () -> {
            bench.module.pull(0);
            bench.module.insert(0, other);
            bench.module.insert(1, bench.device);
        }));
        assertThat(other.user.presented()).isEmpty();
        assertThat(sent()).containsExactly(FakeToken.USER_PIN);
        assertThat(sign(token)).isNotEmpty();
    }

    @Test
    void aPinIsNotEnteredIntoATokenThatWasPutInMeanwhile() throws Exception {
        FakeToken other = new FakeToken("bench", bench.device.serial + "1");
        Pkcs11Token token = bench.open();
        FakePin asked = FakePin.asked(FakeToken.USER_PIN, () -> {
            bench.module.pull(0);
            bench.module.insert(0, other);
        });
        assertThatThrownBy(() -> token.load(asked))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining(bench.device.serial);
        assertThat(other.user.presented()).isEmpty();
    }

    @Test
    void theSourceIsToldAboutTheTokenItIsAskedFor() throws Exception {
        Pkcs11Token token = bench.open();
        FakePin asked = FakePin.asked(FakeToken.USER_PIN);
        token.load(asked);
        PinRequest seen = asked.requests().get(0);
        assertThat(seen.deviceId()).isEqualTo(bench.device.serial);
        assertThat(seen.label()).isEqualTo("bench");
        assertThat(seen.reader()).isEqualTo("Fake Reader 0");
        assertThat(seen.pinPad()).isFalse();
    }

    @Test
    void noPinAtAllIsATypedException() throws Exception {
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> sign(token))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("PIN must be verified first");
    }
}
