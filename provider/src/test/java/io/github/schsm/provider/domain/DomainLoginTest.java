// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TransportException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Which PIN each member is given, and what its answer means for the others. */
class DomainLoginTest {
    private static final String SHARED = "648219";
    private static final String OTHER = "222222";
    private static final int SW_BLOCKED = 0x6983;

    private final Map<String, String> ownPins = new HashMap<>();
    private final List<Member> locked = new ArrayList<>();
    private final DomainLogin login =
            new DomainLogin(id -> Optional.ofNullable(ownPins.get(id)).map(Typed::new), (member, failure) -> {
                member.locked(String.valueOf(failure.getMessage()));
                locked.add(member);
            });
    private final Device a = new Device("a");
    private final Device b = new Device("b");

    private record Typed(String pin) implements PinSource {
        @Override
        public char[] pin(PinRequest request) {
            return pin.toCharArray();
        }
    }

    /** What a device does with a PIN. */
    private static final class Device {
        private final String id;
        private final Token token = mock(Token.class);
        private final Member member;
        private final List<String> sent = new ArrayList<>();
        private final List<PinSource> lent = new ArrayList<>();
        private String pin = SHARED;
        private boolean blocked;
        private boolean goes;

        Device(String id) {
            this.id = id;
            when(token.id()).thenReturn(id);
            when(token.name()).thenReturn(id);
            try {
                doAnswer(call -> {
                            verify(call.getArgument(0));
                            return null;
                        })
                        .when(token)
                        .login(any());
            } catch (SchsmException notYet) {
                throw new IllegalStateException(notYet);
            }
            doAnswer(call -> lent.add(call.getArgument(0))).when(token).useWhenNeeded(any());
            member = new Member(id, token);
        }

        private void verify(PinSource source) throws SchsmException {
            if (blocked) {
                throw new PinException(Reason.PIN_BLOCKED, "VERIFY", SW_BLOCKED, "the PIN of " + id + " is blocked");
            }
            char[] given = source.pin(request());
            if (given == null) {
                throw new PinException(Reason.PIN_REQUIRED, "VERIFY", 0, id + " was given no PIN");
            }
            sent.add(new String(given));
            if (goes) {
                source.destroy();
                throw new TransportException(id + " went during VERIFY");
            }
            if (!pin.equals(new String(given))) {
                source.inform(LoginCallback.refused(id, 2));
                throw PinException.wrong("VERIFY", 0x63C2, 2, "PIN");
            }
            source.inform(LoginCallback.accepted(id));
        }
    }

    private static PinRequest request() {
        return new PinRequest("device", "", "reader", OptionalInt.empty(), false, false);
    }

    private void logIn(String pin) throws SchsmException {
        login.login(new Typed(pin), List.of(a.member, b.member));
    }

    @Test
    void memberWithItsOwnPinIsLentThatOne() throws Exception {
        ownPins.put("b", OTHER);
        login.useWhenNeeded(new Typed(SHARED), List.of(a.member, b.member));
        assertThat(a.lent.get(0).pin(request())).isEqualTo(SHARED.toCharArray());
        assertThat(b.lent.get(0).pin(request())).isEqualTo(OTHER.toCharArray());
    }

    @Test
    void ownPinOfOneDoesNotMakeAnyPinOfTheOthersRight() throws Exception {
        ownPins.put("a", OTHER);
        a.pin = OTHER;
        assertThatThrownBy(() -> logIn("111111")).isInstanceOf(PinException.class);
        assertThat(login.hasPin()).isFalse();
        logIn(SHARED);
        login.loginAtOthers(List.of(a.member, b.member));
        assertThat(a.sent).containsExactly(OTHER);
        assertThat(b.sent).containsExactly("111111", SHARED);
    }

    @Test
    void whereAllHaveTheirOwnPinTheseLogIn() throws Exception {
        ownPins.put("a", OTHER);
        ownPins.put("b", SHARED);
        a.pin = OTHER;
        logIn("111111");
        assertThat(login.isLoggedIn()).isTrue();
        assertThat(a.sent).containsExactly(OTHER);
    }

    @Test
    void whoTookThePinGetsItAgainThoughAnotherRefusedIt() throws Exception {
        b.pin = OTHER;
        logIn(SHARED);
        login.loginAtOthers(List.of(a.member, b.member));
        assertThat(b.member.isLocked()).isTrue();
        login.lapsed(a.member);
        login.admit(a.member);
        assertThat(a.member.isLocked()).isFalse();
        assertThat(a.sent).containsExactly(SHARED, SHARED);
        assertThat(b.sent).containsExactly(SHARED);
    }

    @Test
    void everyMemberThatIsLockedIsReported() throws Exception {
        a.blocked = true;
        logIn(SHARED);
        assertThat(locked).containsExactly(a.member);

        Device c = new Device("c");
        Device d = new Device("d");
        c.pin = OTHER;
        login.loginAtOthers(List.of(b.member, c.member, d.member));
        assertThat(locked).containsExactly(a.member, c.member, d.member);
        assertThat(d.sent).isEmpty();
    }

    @Test
    void pinWhoseAnswerIsLostGoesToNobodyElse() {
        a.goes = true;
        assertThatThrownBy(() -> logIn(SHARED)).isInstanceOf(TransportException.class);
        assertThat(a.sent).containsExactly(SHARED);
        assertThat(b.sent).isEmpty();
    }
}
