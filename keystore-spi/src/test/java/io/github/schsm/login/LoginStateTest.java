// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of {@link LoginState}, row by row, and what goes beyond it. */
class LoginStateTest {
    private static final byte[] PIN = "648219".getBytes(StandardCharsets.US_ASCII);

    private static Arguments row(
            String name, Consumer<LoginState<String>> event, String holders, boolean loggedIn, boolean careful) {
        return Arguments.of(name, event, holders, loggedIn, careful);
    }

    /** What becomes of a login of a that began without care. */
    private static Stream<Arguments> events() {
        return Stream.of(
                row("accepted", state -> state.verified("b"), "a b", true, false),
                row("accepted alone", state -> state.verifiedAlone("b", PIN), "b", true, false),
                row("keys", state -> state.authenticatedByKeys("b"), "a b", true, false),
                row("joined", state -> state.join("b"), "a b", true, false),
                row("left", state -> state.leave("a"), "", true, false),
                row("for nobody", LoginState::verifiedForNobody, "", true, false),
                row("PIN ended", LoginState::pinEnded, "", false, false),
                row("ended", LoginState::ended, "", false, false),
                row("refused", LoginState::refused, "a", true, true),
                row("away", LoginState::away, "", false, true),
                row("distrusted", LoginState::distrusted, "a", true, true),
                row("doubtful", LoginState::doubtful, "", true, false));
    }

    private static String holders(LoginState<String> state) {
        return ((state.isVerifiedBy("a") ? "a " : "") + (state.isVerifiedBy("b") ? "b" : "")).strip();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("events")
    void says_who_is_logged_in_after_each_event(
            String name, Consumer<LoginState<String>> event, String holders, boolean loggedIn, boolean careful) {
        LoginState<String> state = new LoginState<>();
        state.verified("a");

        event.accept(state);

        assertThat(holders(state)).isEqualTo(holders);
        assertThat(state.isVerified()).isEqualTo(loggedIn);
        assertThat(state.isCareful()).isEqualTo(careful);
    }

    @Test
    void nobody_is_logged_in_at_first_and_the_card_out_is_no_reason_for_care() {
        LoginState<String> state = new LoginState<>();

        state.away();

        assertThat(holders(state)).isEmpty();
        assertThat(state.isAnythingOpen()).isFalse();
        assertThat(state.isCareful()).isFalse();
    }

    @Test
    void only_an_accepted_pin_ends_care() {
        LoginState<String> state = new LoginState<>();
        state.refused();

        state.authenticatedByKeys("a");
        assertThat(state.isCareful()).isTrue();
        state.ended();
        assertThat(state.isCareful()).isTrue();
        state.verified("a");
        assertThat(state.isCareful()).isFalse();
    }

    @Test
    void keys_that_have_authenticated_outlast_the_pin_but_no_logout() {
        LoginState<String> state = new LoginState<>();
        state.keyPresented();
        state.authenticatedByKeys("a");

        state.pinEnded();
        assertThat(holders(state)).isEmpty();
        assertThat(state.isKeyPresented()).isTrue();
        assertThat(state.isAnythingOpen()).isTrue();
        state.ended();
        assertThat(state.isKeyPresented()).isFalse();
        assertThat(state.isAnythingOpen()).isFalse();
    }

    @Test
    void a_holder_that_nobody_refers_to_any_more_does_not_end_the_login_of_the_device() throws Exception {
        LoginState<Object> state = new LoginState<>();
        WeakReference<Object> gone = new WeakReference<>(verifiedByNewHolder(state));

        // The reference is empty a moment before the set hears of it.
        for (int i = 0; i < 100 && !(gone.get() == null && state.leave("another")); i++) {
            System.gc();
            Thread.sleep(10);
        }

        assertThat(gone.get()).isNull();
        assertThat(state.isVerified()).isTrue();
        assertThat(state.leave("another")).isTrue();
    }

    private static @Nullable Object verifiedByNewHolder(LoginState<Object> state) {
        Object holder = new Object();
        state.verified(holder);
        return holder;
    }

    @Test
    void knows_the_pin_of_the_present_login_again_and_no_longer_than_it_lasts() {
        LoginState<String> state = new LoginState<>();
        state.verifiedAlone("a", PIN);

        assertThat(state.isAccepted(PIN)).isTrue();
        assertThat(state.isAccepted("648210".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
        state.doubtful();
        assertThat(state.isAccepted(PIN)).isFalse();
        state.verifiedAlone("a", null);
        assertThat(state.isAccepted(PIN)).isFalse();
        state.verifiedAlone("a", PIN);
        state.ended();
        state.verified("a");
        assertThat(state.isAccepted(PIN)).isFalse();
    }

    @Test
    void each_holder_hears_once_that_the_device_was_away_or_refused_a_pin() {
        LoginState<String> state = new LoginState<>();
        assertThat(state.noticeAbsence("a")).isFalse();

        state.away();
        assertThat(state.noticeAbsence("a")).isTrue();
        assertThat(state.noticeAbsence("a")).isFalse();
        state.refused();
        assertThat(state.noticeAbsence("a")).isTrue();
        assertThat(state.noticeAbsence("b")).isTrue();
        assertThat(state.noticeAbsence("b")).isFalse();
    }

    @Test
    void a_login_that_is_found_ended_is_not_the_one_that_was_made_meanwhile() {
        LoginState<String> state = new LoginState<>();
        state.verified("a");
        long before = state.generation();
        state.verifiedAlone("b", PIN);

        state.ended(before);
        assertThat(holders(state)).isEqualTo("b");
        state.ended(state.generation());
        assertThat(holders(state)).isEmpty();
    }

    @Test
    void every_login_and_logout_makes_another_generation() {
        LoginState<String> state = new LoginState<>();
        long generation = state.generation();

        state.verified("a");
        assertThat(state.generation()).isGreaterThan(generation);
        generation = state.generation();
        state.join("b");
        assertThat(state.generation()).isEqualTo(generation);
        state.ended();
        assertThat(state.generation()).isGreaterThan(generation);
        generation = state.generation();
        state.nextGeneration();
        assertThat(state.generation()).isGreaterThan(generation);
    }

    @Test
    void nobody_can_make_doubtful_what_is_not_there() {
        LoginState<String> state = new LoginState<>();

        state.doubtful();

        assertThat(state.isVerified()).isFalse();
    }
}
