// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.callback.PinRequest;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
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
}
