// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.PinSource;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A PIN goes to one member, and to the next only if it was right. */
class OfferedPinTest {
    private static final char[] PIN = "648219".toCharArray();

    private final Member a = new Member("a", null);
    private final Member b = new Member("b", null);
    private final Person person = new Person();
    private final OfferedPin offered = new OfferedPin(person);

    private static final class Person implements PinSource {
        private int asked;
        private boolean destroyed;

        @Override
        public char[] pin(PinRequest request) {
            asked++;
            return PIN.clone();
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public void destroy() {
            destroyed = true;
        }
    }

    private char[] given(Member member) throws Exception {
        return offered.to(member).pin(request());
    }

    private static PinRequest request() {
        return new PinRequest("device", "", "reader", OptionalInt.empty(), false, false);
    }

    @Test
    void nextMemberGetsItOnceTheFirstTookIt() throws Exception {
        PinSource first = offered.to(a);
        assertThat(first.pin(request())).isEqualTo(PIN);
        assertThat(given(b)).as("not yet known to be right").isNull();
        first.inform(LoginCallback.accepted("a"));
        assertThat(given(b)).isEqualTo(PIN);
        assertThat(person.asked).isEqualTo(1);
    }

    @Test
    void refusedByOneItGoesToNobodyElse() throws Exception {
        PinSource first = offered.to(a);
        assertThat(first.pin(request())).isEqualTo(PIN);
        first.inform(LoginCallback.refused("a", 2));
        assertThat(given(b)).isNull();
        assertThat(person.asked).isEqualTo(1);
    }

    @Test
    void whoTookItGetsItAgainThoughAnotherRefusedIt() throws Exception {
        PinSource first = offered.to(a);
        first.pin(request());
        first.inform(LoginCallback.accepted("a"));
        PinSource second = offered.to(b);
        second.pin(request());
        second.inform(LoginCallback.refused("b", 2));
        offered.lapsed(a);
        assertThat(given(a)).isEqualTo(PIN);
        assertThat(given(b)).isNull();
        first.inform(LoginCallback.refused("a", 2));
        assertThat(given(a)).as("it refused it itself").isNull();
    }

    @Test
    void memberThatIsAwayKeepsNobodyFromBeingAsked() throws Exception {
        PinSource first = offered.to(a);
        assertThat(first.pin(request())).isEqualTo(PIN);
        first.destroy();
        assertThat(given(b)).isEqualTo(PIN);
    }

    @Test
    void onlyTheFirstAsksAPerson() throws Exception {
        PinSource first = offered.to(a);
        PinSource second = offered.to(b);
        assertThat(first.isInteractive()).isTrue();
        first.pin(request());
        first.inform(LoginCallback.accepted("a"));
        assertThat(second.isInteractive()).isFalse();
        assertThat(second.isStored()).as("it is not sent for a last try").isTrue();
    }

    @Test
    void nothingIsGivenAfterTheEnd() throws Exception {
        PinSource first = offered.to(a);
        first.pin(request());
        first.inform(LoginCallback.accepted("a"));
        offered.destroy();
        assertThat(given(a)).isNull();
        assertThat(given(b)).isNull();
        assertThat(person.destroyed).isTrue();
    }
}
