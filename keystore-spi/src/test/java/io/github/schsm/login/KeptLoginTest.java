// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.codec.SecretBytes;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class KeptLoginTest {
    private static final PinRequest REQUEST = new PinRequest("T", "", "", OptionalInt.empty(), false, false);

    private final KeptLogin kept = new KeptLogin(() -> "T", () -> SecretBytes.USER_PIN);

    /** Counts how often it was asked, and notes that it was wiped. */
    private static final class Source implements PinSource {
        private int asked;
        private boolean wiped;

        @Override
        public char[] pin(PinRequest request) {
            asked++;
            return "648219".toCharArray();
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public void destroy() {
            wiped = true;
        }
    }

    private Source verified() throws SchsmException {
        Source source = new Source();
        kept.verify(source, TokenAuthenticator::accepted);
        return source;
    }

    private TokenAuthenticator present() {
        return Objects.requireNonNull(kept.get(), "a login");
    }

    @Test
    void keeps_what_was_accepted_and_wipes_what_was_there_before() throws Exception {
        Source first = verified();
        Source second = verified();

        assertThat(kept.wasAccepted()).isTrue();
        assertThat(first.wiped).isTrue();
        assertThat(second.wiped).isFalse();
    }

    @Test
    void wipes_what_was_refused_and_keeps_what_was_there_before() throws Exception {
        Source before = verified();
        TokenAuthenticator login = present();
        Source wrong = new Source();

        assertThatThrownBy(() -> kept.verify(wrong, refused -> {
                    throw new SchsmException("wrong");
                }))
                .hasMessage("wrong");

        assertThat(wrong.wiped).isTrue();
        assertThat(before.wiped).isFalse();
        assertThat(kept.get()).isSameAs(login);
    }

    @Test
    void a_source_for_later_does_not_take_the_place_of_another() {
        Source first = new Source();
        Source second = new Source();

        kept.useWhenNeeded(first);
        kept.useWhenNeeded(second);

        assertThat(kept.wasAccepted()).isFalse();
        assertThat(first.wiped).isFalse();
        assertThat(second.wiped).isTrue();
        assertThat(first.asked).isZero();
    }

    @Test
    void takes_a_changed_pin_only_in_place_of_another() throws Exception {
        Source unwanted = new Source();
        kept.pinChanged(unwanted);
        assertThat(unwanted.wiped).isTrue();
        assertThat(kept.get()).isNull();

        Source before = verified();
        Source next = new Source();
        kept.pinChanged(next);
        assertThat(before.wiped).isTrue();
        assertThat(next.wiped).isFalse();
        assertThat(kept.wasAccepted()).isFalse();
        assertThat(kept.get()).isNotNull();
    }

    @Test
    void a_borrowed_login_stays_the_lenders() throws Exception {
        Source own = verified();
        Source lenders = new Source();
        TokenAuthenticator lent = new TokenAuthenticator("T", lenders, true);

        kept.borrow(lent);
        assertThat(own.wiped).isTrue();
        assertThat(kept.get()).isSameAs(lent);
        kept.borrow(lent);
        kept.borrow(null);
        assertThat(kept.get()).isNull();
        kept.borrow(lent);
        kept.forget();
        kept.borrow(lent);
        kept.close();

        assertThat(lenders.wiped).isFalse();
    }

    @Test
    void giving_back_leaves_a_login_of_ones_own() throws Exception {
        Source own = verified();

        kept.borrow(null);

        assertThat(kept.wasAccepted()).isTrue();
        assertThat(own.wiped).isFalse();
    }

    @Test
    void only_the_lender_has_a_lent_pin_entered_again() throws Exception {
        Source source = new Source();
        TokenAuthenticator lent = new TokenAuthenticator("T", source, true);
        lent.pin(REQUEST);

        kept.borrow(lent);
        lent.cardWasAway();
        lent.pin(REQUEST);
        assertThat(source.asked).isEqualTo(1);

        lent.forgetEntered();
        lent.pin(REQUEST);
        assertThat(source.asked).isEqualTo(2);
    }

    @Test
    void keeps_nothing_once_it_is_closed() throws Exception {
        Source before = verified();
        Source lenders = new Source();
        kept.close();

        Source later = new Source();
        Source given = verified();
        kept.useWhenNeeded(later);
        kept.borrow(new TokenAuthenticator("T", lenders, true));

        assertThat(before.wiped).isTrue();
        assertThat(later.wiped).isTrue();
        assertThat(given.wiped).isTrue();
        assertThat(lenders.wiped).isFalse();
        assertThat(kept.get()).isNull();
    }
}
