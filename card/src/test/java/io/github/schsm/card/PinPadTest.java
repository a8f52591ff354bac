// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.CardTransport;
import io.github.schsm.card.transport.PinPad;
import io.github.schsm.login.Authenticator;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.terminal.SimulatedPinPad;
import io.github.schsm.simulator.terminal.SimulatedPinPad.Typed;
import io.github.schsm.simulator.terminal.SimulatedPinPad.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed on a reader's pad, against a pad that decodes the structures of PC/SC part 10 by itself. */
class PinPadTest {
    private static final String RIGHT = VirtualReaders.USER_PIN;

    private final Simulation simulation = Simulation.reference();
    private final List<Wanted> shown = new ArrayList<>();
    private final Deque<Typed> script = new ArrayDeque<>();
    private final AtReader login = new AtReader();
    private SimulatedDevice simulated;
    private CardDevice device;

    @BeforeEach
    void putSomebodyAtTheReader() throws Exception {
        simulated = simulation.simulated(1);
        simulated.setPinPad(SimulatedPinPad.create().with(this::asked));
        device = simulation.device(1);
    }

    private Typed asked(Wanted wanted) {
        shown.add(wanted);
        return script.remove();
    }

    private void types(Typed... answers) {
        script.addAll(Arrays.asList(answers));
    }

    /** Has the PIN typed on the reader, and notes what it hears. */
    private static final class AtReader implements Authenticator {
        final List<String> heard = new ArrayList<>();
        final List<PinRequest> requests = new ArrayList<>();
        boolean tells = true;

        @Override
        public byte[] pin(PinRequest request) {
            requests.add(request);
            return null;
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public boolean isOnReader() {
            return true;
        }

        @Override
        public boolean entryOnReader(PinRequest request, boolean change) {
            heard.add(change ? "change" : "verify");
            return tells;
        }

        @Override
        public void entryFinished(PinRequest request) {
            heard.add("finished");
        }

        @Override
        public void accepted() {
            heard.add("accepted");
        }

        @Override
        public void refused(int triesLeft) {
            heard.add("refused " + triesLeft);
        }
    }

    private boolean logIn() throws Exception {
        return device.withCard(login, card -> {
            card.login();
            return true;
        });
    }

    private PinStatus status() throws Exception {
        return device.withCard(null, SmartCardHsm::pinStatus);
    }

    @Test
    void verifies_what_is_typed_on_the_reader() throws Exception {
        types(Typed.pins(RIGHT));

        assertThat(logIn()).isTrue();

        assertThat(shown).containsExactly(Wanted.PIN);
        assertThat(login.heard).containsExactly("verify", "finished", "accepted");
        assertThat(login.requests).singleElement().satisfies(request -> {
            assertThat(request.deviceId()).isEqualTo(simulated.id());
            assertThat(request.reader()).isEqualTo(simulated.readerName());
            assertThat(request.label()).isNotEmpty();
            assertThat(request.triesLeft()).isEqualTo(OptionalInt.of(3));
            assertThat(request.pinPad()).isTrue();
        });
        assertThat(status().state()).isEqualTo(PinStatus.State.VERIFIED);
        logIn();
        assertThat(shown).hasSize(1);
    }

    @Test
    void refuses_the_pad_before_anybody_types_where_everything_has_to_be_protected() throws Exception {
        device = simulation.device(1, SecureChannelMode.SECURE);

        assertThatThrownBy(this::logIn)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("PIN pad")
                .hasMessageContaining("channel = plain");

        assertThat(shown).isEmpty();
        assertThat(login.heard).isEmpty();
        assertThat(login.requests).singleElement().matches(request -> !request.pinPad());
    }

    @Test
    void takes_the_pin_from_the_pad_where_only_pins_on_the_wire_have_to_be_protected() throws Exception {
        device = simulation.device(1, SecureChannelMode.PIN);
        types(Typed.pins(RIGHT));

        assertThat(logIn()).isTrue();

        assertThat(shown).containsExactly(Wanted.PIN);
    }

    @Test
    void asks_at_the_reader_again_after_a_reset_and_takes_longer_pins() throws Exception {
        device.withCard(null, card -> {
            card.changePin(Simulation.pin(RIGHT), Simulation.pin("1234567890123456"));
            return true;
        });
        types(Typed.pins("1234567890123456"), Typed.pins("1234567890123456"));

        logIn();
        simulated.remove();
        simulated.insert();
        logIn();

        assertThat(shown).hasSize(2);
    }

    @Test
    void a_wrong_pin_is_refused_with_the_tries_left_and_not_asked_for_again_by_itself() {
        types(Typed.pins("000000"));

        assertThatThrownBy(this::logIn)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .isInstanceOfSatisfying(
                        PinException.class, e -> assertThat(e.triesLeft()).isEqualTo(2));

        assertThat(login.heard).containsExactly("verify", "finished", "refused 2");
        assertThat(shown).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"6400, in time", "6401, was cancelled", "6402, not the same", "6403, too short or too long"})
    void what_the_reader_says_of_itself_has_a_sentence_each(String status, String sentence) throws Exception {
        types(new Typed(List.of(), Integer.parseInt(status, 16)));

        assertThatThrownBy(this::logIn)
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining(simulated.readerName())
                .hasMessageContaining(sentence)
                .hasMessageContaining(status);

        assertThat(login.heard).containsExactly("verify", "finished");
        assertThat(status().triesLeft()).isEqualTo(3);
    }

    @Test
    void the_reader_itself_refuses_pins_of_a_wrong_length_and_different_new_ones() throws Exception {
        types(
                Typed.pins("12345"),
                Typed.pins(RIGHT),
                Typed.pins(RIGHT, "12345678", "12345679"),
                Typed.pins(RIGHT),
                Typed.pins(RIGHT, "12345", "12345"));

        assertThatThrownBy(this::logIn).hasMessageContaining("6403");
        assertThatThrownBy(this::change).hasMessageContaining("6402");
        assertThatThrownBy(this::change).hasMessageContaining("6403");
        device.withCard(null, card -> {
            card.logout();
            return true;
        });
        assertThat(status()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 3));
    }

    private boolean change() throws Exception {
        return device.withCard(null, card -> {
            card.changePinOnReaderAs(login);
            return true;
        });
    }

    @Test
    void changes_the_pin_on_the_reader() throws Exception {
        types(Typed.pins(RIGHT), Typed.pins(RIGHT, "12345678", "12345678"), Typed.pins("12345678"));

        change();

        assertThat(login.heard).containsExactly("verify", "finished", "change", "finished");
        logIn();
        assertThat(shown).containsExactly(Wanted.PIN, Wanted.PIN_CHANGE, Wanted.PIN);
    }

    @Test
    void a_handler_is_told_what_to_type_and_when_that_is_over() throws Exception {
        types(Typed.pins(RIGHT), Typed.pins(RIGHT, "12345678", "12345678"));
        List<PinPadCallback.Entry> told = new ArrayList<>();
        CallbackHandler handler = callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof PinPadCallback pad) {
                    told.add(pad.entry());
                }
            }
        };

        device.withCard(card -> {
            card.changePinOnReader(handler);
            return true;
        });

        assertThat(told)
                .containsExactly(
                        PinPadCallback.Entry.VERIFY,
                        PinPadCallback.Entry.FINISHED,
                        PinPadCallback.Entry.CHANGE,
                        PinPadCallback.Entry.FINISHED);
    }

    @Test
    void the_last_try_is_not_used_if_no_handler_takes_it() throws Exception {
        types(Typed.pins("000000"), Typed.pins("000000"));
        assertThatThrownBy(this::logIn).isInstanceOf(PinException.class);
        assertThatThrownBy(this::logIn).isInstanceOf(PinException.class);
        CallbackHandler unable = callbacks -> {
            throw new UnsupportedCallbackException(callbacks[0]);
        };

        assertThatThrownBy(() -> device.withCard(card -> {
                    card.changePinOnReader(unable);
                    return true;
                }))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("nobody could be told");
        assertThat(status().triesLeft()).isEqualTo(1);
    }

    @Test
    void a_wrong_present_pin_changes_nothing_and_says_the_tries_left() throws Exception {
        types(Typed.pins("000000", "12345678", "12345678"));

        assertThatThrownBy(this::change)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("2 tries");

        device.withCard(null, card -> {
            card.verify(Simulation.pin(RIGHT));
            return true;
        });
    }

    @Test
    void the_last_try_is_used_only_where_somebody_was_told() throws Exception {
        types(Typed.pins("000000"), Typed.pins("000001"), Typed.pins(RIGHT));
        assertThatThrownBy(this::logIn)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThatThrownBy(this::logIn)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        login.tells = false;

        assertThatThrownBy(this::logIn)
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("only one try is left");

        assertThat(shown).hasSize(2);
        login.tells = true;
        logIn();
        assertThat(login.requests.get(3).isLastTry()).isTrue();
    }

    @Test
    void a_blocked_pin_is_not_asked_for() throws Exception {
        device.withCard(null, card -> {
            for (String wrong : List.of("000000", "000001", "000002")) {
                assertThatThrownBy(() -> card.verify(Simulation.pin(wrong)))
                        .isInstanceOf(io.github.schsm.PinException.class);
            }
            return true;
        });

        assertThatThrownBy(this::logIn)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED");

        assertThat(shown).isEmpty();
    }

    @Test
    void a_reader_without_a_pad_is_named() {
        simulated.setPinPad(null);

        assertThatThrownBy(this::logIn)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining(simulated.readerName())
                .hasMessageContaining("has no PIN pad")
                .hasMessageContaining("pin = prompt");
        assertThatThrownBy(this::change).isInstanceOf(UnsupportedByDeviceException.class);
    }

    @Test
    void a_pad_that_cannot_change_pins_verifies_them_all_the_same() throws Exception {
        simulated.setPinPad(SimulatedPinPad.create(false, 8).with(this::asked));
        types(Typed.pins(RIGHT));

        logIn();

        assertThatThrownBy(this::change)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("can be changed");
    }

    @Test
    void waits_for_the_person_and_keeps_others_from_the_device_meanwhile() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch typed = new CountDownLatch(1);
        AtomicBoolean otherGotThrough = new AtomicBoolean();
        simulated.setPinPad(SimulatedPinPad.create().with(wanted -> {
            asked.countDown();
            try {
                assertThat(typed.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(otherGotThrough).isFalse();
            return Typed.pins(RIGHT);
        }));
        var threads = Executors.newFixedThreadPool(2);
        try {
            Future<Boolean> atReader = threads.submit(this::logIn);
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            Future<PinStatus> other = threads.submit(() -> {
                PinStatus seen = status();
                otherGotThrough.set(true);
                return seen;
            });
            typed.countDown();
            assertThat(atReader.get(60, TimeUnit.SECONDS)).isTrue();
            assertThat(other.get(60, TimeUnit.SECONDS).state()).isEqualTo(PinStatus.State.VERIFIED);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_reader_that_answers_nonsense_has_no_pad() throws Exception {
        for (String answer : List.of("06", "0604", "060200010704FFFFFF", "06FF00", "0604000000000704")) {
            byte[] features = java.util.HexFormat.of().parseHex(answer);
            assertThat(PinPad.of(new OnlyControl(features))).isEqualTo(new PinPad(0, 0, 0));
        }
    }

    /** A reader that answers every control command with the same bytes. */
    private record OnlyControl(byte[] answer) implements CardTransport {
        @Override
        public byte[] control(int code, byte[] data) {
            return answer;
        }

        @Override
        public byte[] atr() {
            throw new AssertionError("not asked for");
        }

        @Override
        public int maxAnswer() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void begin() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void end() {
            throw new AssertionError("not asked for");
        }

        @Override
        public ResponseApdu process(CardCommand name, CommandApdu command) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void close() {
            throw new AssertionError("not asked for");
        }
    }
}
