// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.PinRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.callback.TextOutputCallback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenAuthenticatorTest {
    private static final PinRequest NOT_ASKED = request(OptionalInt.empty());
    private static final PinRequest NOT_VERIFIED = request(OptionalInt.of(3));
    private static final PinRequest LAST_TRY = request(OptionalInt.of(1));

    private final AtomicInteger asked = new AtomicInteger();

    private static PinRequest request(OptionalInt triesLeft) {
        return new PinRequest("T", "", "reader", triesLeft, false, false);
    }

    private PinSource interactive() {
        return new PinSource() {
            @Override
            public char[] pin(PinRequest request) {
                asked.incrementAndGet();
                return (request.isLastTry() ? "last-try" : "648219").toCharArray();
            }

            @Override
            public boolean isInteractive() {
                return true;
            }
        };
    }

    private static PinSource password(char[] password) {
        return new PinSource() {
            @Override
            public char[] pin(PinRequest request) {
                return password.clone();
            }

            @Override
            public boolean isInteractive() {
                return false;
            }
        };
    }

    private static String text(byte[] pin) {
        return pin == null ? null : new String(pin, StandardCharsets.UTF_8);
    }

    @Test
    void aPasswordThatWasRefusedIsNotGivenOutAgain() throws Exception {
        TokenAuthenticator login = new TokenAuthenticator("T", password("648219".toCharArray()), true);

        assertThat(text(login.pin(NOT_ASKED))).isEqualTo("648219");
        login.refused(2);
        assertThat(login.pin(NOT_ASKED)).isNull();
        assertThat(login.pin(NOT_VERIFIED)).isNull();
        assertThat(login.mayUseLastTry()).isFalse();
    }

    @Test
    void aPasswordIsGivenOutAgainAfterItWasAccepted() throws Exception {
        TokenAuthenticator login = new TokenAuthenticator("T", password("648219".toCharArray()), true);
        login.pin(NOT_ASKED);
        login.accepted();

        assertThat(text(login.pin(NOT_VERIFIED))).isEqualTo("648219");
    }

    @Test
    void theLastTryIsForAPinThatWasGivenNowAndNotForOneThatLiesThere() throws Exception {
        PinSource password = password("648219".toCharArray());
        TokenAuthenticator now = new TokenAuthenticator("T", password, true);
        TokenAuthenticator later = new TokenAuthenticator("T", password, false);

        assertThat(text(now.pin(LAST_TRY))).isEqualTo("648219");
        now.accepted();
        assertThat(now.pin(LAST_TRY)).isNull();
        assertThat(later.pin(LAST_TRY)).isNull();
        assertThat(later.mayUseLastTry()).isFalse();
    }

    @Test
    void somebodyIsAskedOnceAndAgainOnlyAfterTheCardWasOutOrThePinRefused() throws Exception {
        TokenAuthenticator login = new TokenAuthenticator("T", interactive(), true);

        login.pin(NOT_ASKED);
        login.accepted();
        login.pin(NOT_ASKED);
        assertThat(asked).hasValue(1);
        login.cardWasAway();
        login.pin(NOT_VERIFIED);
        assertThat(asked).hasValue(2);
        login.refused(2);
        login.pin(NOT_ASKED);
        assertThat(asked).hasValue(3);
        assertThat(text(login.pin(LAST_TRY))).isEqualTo("last-try");
    }

    @Test
    void anEmptyPinIsNoPinBecauseADeviceTakesItForAQuestion() throws Exception {
        TokenAuthenticator login = new TokenAuthenticator("T", password(new char[0]), true);

        assertThat(login.pin(NOT_ASKED)).isNull();
    }

    /** On the reader's pad; notes what it hears. */
    private static final class Pad implements PinSource {
        private final List<String> heard = new ArrayList<>();
        private boolean onReader = true;
        private boolean listens = true;
        private boolean destroyed;

        @Override
        public char @Nullable [] pin(PinRequest request) {
            return onReader ? null : "648219".toCharArray();
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public boolean isOnReader() {
            return onReader;
        }

        @Override
        public void changeTransportPin(NewPinCallback wanted) {
            wanted.setPins("000000".toCharArray(), "123456".toCharArray());
        }

        @Override
        public boolean inform(TextOutputCallback event) {
            heard.add(
                    event instanceof PinPadCallback pad
                            ? pad.entry().name()
                            : ((LoginCallback) event).isAccepted() ? "accepted" : "refused");
            return listens;
        }

        @Override
        public void destroy() {
            destroyed = true;
        }
    }

    @Test
    void whoTypesOnThePadIsToldAndHearsEachTimeHowItEnded() throws Exception {
        Pad pad = new Pad();
        TokenAuthenticator login = new TokenAuthenticator("T", pad, true);

        assertThat(login.isOnReader()).isTrue();
        assertThat(login.isInteractive()).isTrue();
        assertThat(login.isGivenNow()).as("somebody is asked").isFalse();
        assertThat(login.pin(NOT_ASKED)).isNull();
        assertThat(login.entryOnReader(NOT_ASKED, false)).isTrue();
        login.entryFinished(NOT_ASKED);
        login.accepted();
        assertThat(login.entryOnReader(NOT_ASKED, true)).isTrue();
        login.refused(2);
        assertThat(pad.heard).containsExactly("VERIFY", "FINISHED", "accepted", "CHANGE", "refused");
        pad.listens = false;
        assertThat(login.entryOnReader(NOT_ASKED, false)).isFalse();
    }

    @Test
    void thatWhatWasEnteredIsVerifiedAgainIsNoNews() throws Exception {
        Pad somebody = new Pad();
        somebody.onReader = false;
        TokenAuthenticator login = new TokenAuthenticator("T", somebody, true);
        login.pin(NOT_ASKED);
        login.accepted();
        login.pin(NOT_ASKED);
        login.accepted();

        assertThat(somebody.heard).containsExactly("accepted");
        assertThat(login.wasAccepted()).isTrue();
        login.refused(2);
        assertThat(login.wasAccepted()).isFalse();
        assertThat(login.isOnReader()).isFalse();
    }

    @Test
    void thePinThatATransportPinWasChangedToIsTheNextOne() throws Exception {
        Pad somebody = new Pad();
        somebody.onReader = false;
        TokenAuthenticator login = new TokenAuthenticator("T", somebody, true);
        NewPinCallback wanted = new NewPinCallback(NOT_ASKED);

        login.changeTransportPin(wanted);

        assertThat(text(login.pin(NOT_ASKED))).isEqualTo("123456");
        login.forgetEntered();
        assertThat(text(login.pin(NOT_ASKED))).isEqualTo("648219");
    }

    @Test
    void nobodyWhoChangesATransportPinChangesNothing() throws Exception {
        TokenAuthenticator login = new TokenAuthenticator("T", interactive(), true);
        login.pin(NOT_ASKED);

        login.changeTransportPin(new NewPinCallback(NOT_ASKED));
        login.pin(NOT_ASKED);

        assertThat(asked).hasValue(1);
    }

    @Test
    void whatTheSourceGaveIsWipedAndEachCopyIsTheCallersOwn() throws Exception {
        char[] given = "648219".toCharArray();
        TokenAuthenticator login = new TokenAuthenticator("T", request -> given, false);

        assertThat(text(login.pin(NOT_ASKED))).isEqualTo("648219");
        assertThat(given).containsExactly(new char[6]);
    }

    @Test
    void registeredKeysHaveNoPin() {
        assertThat(TokenAuthenticator.ofKeys("T").hasPin()).isFalse();
        assertThat(new TokenAuthenticator("T", interactive(), true).hasPin()).isTrue();
    }

    @Test
    void aDestroyedLoginAsksAgainAndWipesItsSource() throws Exception {
        Pad somebody = new Pad();
        somebody.onReader = false;
        new TokenAuthenticator("T", somebody, true).destroy();
        assertThat(somebody.destroyed).isTrue();

        TokenAuthenticator login = new TokenAuthenticator("T", interactive(), true);
        login.pin(NOT_ASKED);
        login.destroy();
        login.pin(NOT_ASKED);
        assertThat(asked).hasValue(2);
    }

    @Test
    void aLoginThatIsLentLeavesItToTheLenderToAskAgain() throws Exception {
        TokenAuthenticator login = new TokenAuthenticator("T", interactive(), true);
        login.pin(NOT_ASKED);
        login.lend();

        login.cardWasAway();
        login.pin(NOT_ASKED);
        assertThat(asked).hasValue(1);
        login.forgetEntered();
        login.pin(NOT_ASKED);
        assertThat(asked).hasValue(2);
    }
}
