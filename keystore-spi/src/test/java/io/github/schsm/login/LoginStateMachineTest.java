// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of {@link LoginStateMachine}, row by row. */
class LoginStateMachineTest {
    private static int devices;

    private enum Giver {
        NOW,
        ASKED,
        KEPT
    }

    private static byte[] bytes(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }

    private record Login(Giver giver, String pin) implements Authenticator {
        @Override
        public byte[] pin(PinRequest request) {
            return bytes(pin);
        }

        @Override
        public boolean isGivenNow() {
            return giver == Giver.NOW;
        }

        @Override
        public boolean isInteractive() {
            return giver == Giver.ASKED;
        }

        @Override
        public void changeTransportPin(NewPinCallback wanted) {
            wanted.setPins("000000".toCharArray(), pin.toCharArray());
        }
    }

    /** A device with one PIN, which counts its tries and notes what it is sent. */
    private static final class Device implements PinBackend<SchsmException> {
        private final FailedPinCache failed =
                FailedPinCache.ofToken("", "state machine test " + devices++, FailedPinCache.Kind.USER_PIN);
        private final List<String> sent = new ArrayList<>();
        private PinStatus.State state = PinStatus.State.NOT_VERIFIED;
        private int left = 3;
        private boolean careful;
        private List<char[]> changed = List.of();
        private boolean statusFree;
        private boolean staysTransport;
        private byte @Nullable [] got;
        private Answer typed = Answer.ACCEPTED;

        @Override
        public boolean isStatusFree() {
            return statusFree;
        }

        @Override
        public FailedPinCache failedPins() {
            return failed;
        }

        @Override
        public boolean isCareful() {
            return careful;
        }

        @Override
        public PinStatus status() {
            sent.add("status");
            return new PinStatus(state, left);
        }

        @Override
        public PinRequest request(Authenticator login, @Nullable PinStatus status) {
            return new PinRequest(
                    "T", "", "", status == null ? OptionalInt.empty() : OptionalInt.of(left), false, false);
        }

        @Override
        public Answer verify(byte[] pin) {
            sent.add("verify");
            got = pin;
            if (new String(pin, StandardCharsets.US_ASCII).equals("648219")) {
                left = 3;
                return Answer.ACCEPTED;
            }
            left--;
            return Answer.wrong(left, new SchsmException("wrong"));
        }

        @Override
        public void change(char[] present, char[] chosen) {
            sent.add("change");
            changed = List.of(present, chosen);
            if (!staysTransport) {
                state = PinStatus.State.NOT_VERIFIED;
            }
        }

        @Override
        public void preparePad(PinRequest request, @Nullable PinStatus status, boolean change) {
            sent.add(change ? "pad for change" : "pad");
        }

        @Override
        public Answer enter(boolean change) {
            sent.add(change ? "typed change" : "typed");
            if (change) {
                state = PinStatus.State.NOT_VERIFIED;
            }
            return typed;
        }

        @Override
        public void verified(Authenticator login) {
            careful = false;
        }

        @Override
        public void refused() {
            careful = true;
        }

        @Override
        public SchsmException refusal(Refusal reason, int triesLeft) {
            return new SchsmException(reason.name());
        }

        String login(Giver giver, String pin) {
            sent.clear();
            try {
                boolean done = new LoginStateMachine<>(this).login(new Login(giver, pin));
                return (String.join(" ", sent) + (done ? " ok" : " none")).strip();
            } catch (SchsmException refused) {
                return (String.join(" ", sent) + " " + refused.getMessage()).strip();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_VERIFIED,    3, verify ok,                   status verify ok,             status verify ok",
        "NOT_VERIFIED,    1, verify ok,                   status verify ok,             status LAST_TRY",
        "VERIFIED,       -1, verify ok,                   status verify ok,             status verify ok",
        "TRANSPORT,      -1, verify ok,                   status change status verify ok, status TRANSPORT",
        "BLOCKED,         0, verify ok,                   status BLOCKED,               status BLOCKED",
        "NOT_INITIALIZED,-1, verify ok,                   status NOT_INITIALIZED,       status NOT_INITIALIZED",
        "KEYS_INSTEAD,   -1, verify ok,                   status none,                  status none"
    })
    void theTableSaysWhatIsSent(PinStatus.State state, int left, String now, String asked, String kept) {
        for (Giver giver : Giver.values()) {
            Device device = new Device();
            device.state = state;
            device.left = left;
            String expected = giver == Giver.NOW ? now : giver == Giver.ASKED ? asked : kept;
            assertThat(device.login(giver, "648219"))
                    .as(giver.name().toLowerCase(Locale.ROOT))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_VERIFIED,    3, status verify ok,       status verify ok",
        "TRANSPORT,      -1, status TRANSPORT,       status change status verify ok",
        "BLOCKED,         0, status BLOCKED,         status BLOCKED",
        "KEYS_INSTEAD,   -1, status none,            status none"
    })
    void withReasonForCareTheDeviceIsAskedFirst(PinStatus.State state, int left, String now, String asked) {
        for (Giver giver : List.of(Giver.NOW, Giver.ASKED)) {
            Device device = new Device();
            device.state = state;
            device.left = left;
            device.careful = true;
            assertThat(device.login(giver, "648219")).isEqualTo(giver == Giver.NOW ? now : asked);
        }
    }

    @Test
    void aPinThatWasRefusedGoesOutAgainOnlyIfSomebodyGaveItAndNotForTheLastTry() {
        Device device = new Device();
        assertThat(device.login(Giver.KEPT, "111111")).isEqualTo("status verify wrong");
        assertThat(device.login(Giver.KEPT, "111111")).isEqualTo("status REFUSED_BEFORE");
        assertThat(device.login(Giver.NOW, "111111")).isEqualTo("status verify wrong");
        assertThat(device.login(Giver.NOW, "111111")).isEqualTo("status WRONG_FOR_LAST_TRY");
        assertThat(device.login(Giver.ASKED, "111111")).isEqualTo("status WRONG_FOR_LAST_TRY");
        assertThat(device.login(Giver.KEPT, "222222")).isEqualTo("status LAST_TRY");
        assertThat(device.left).isEqualTo(1);
        assertThat(device.login(Giver.NOW, "648219")).isEqualTo("status verify ok");
        assertThat(device.failed.any()).isFalse();
    }

    @Test
    void whatWasSentIsWipedAndTheLoginHearsHowItEnded() throws Exception {
        Device device = new Device();
        assertThat(device.login(Giver.NOW, "648219")).isEqualTo("verify ok");
        assertThat(device.got).containsExactly(new byte[6]);
        assertThat(device.login(Giver.NOW, "111111")).isEqualTo("verify wrong");
        assertThat(device.got).containsExactly(new byte[6]);
        assertThat(device.careful).isTrue();

        Listening login = new Listening(Giver.NOW, null);
        assertThat(new LoginStateMachine<>(device).login(login)).isTrue();
        assertThat(login.heard).containsExactly("away", "accepted");
        assertThat(device.careful).isFalse();
        login.heard.clear();
        assertThat(new LoginStateMachine<>(device).login(login)).isTrue();
        assertThat(login.heard).containsExactly("accepted");

        login.pin = "111111";
        login.heard.clear();
        assertThatThrownBy(() -> new LoginStateMachine<>(device).login(login)).hasMessage("wrong");
        assertThat(login.heard).containsExactly("refused 2");
        login.heard.clear();
        device.left = 1;
        device.careful = false;
        assertThatThrownBy(() -> new LoginStateMachine<>(device).login(login)).hasMessage("WRONG_FOR_LAST_TRY");
        assertThat(login.heard).containsExactly("refused 1");
    }

    @Test
    void withoutAPinNothingIsSent() throws Exception {
        Device device = new Device();
        Listening keys = new Listening(Giver.NOW, null);
        keys.hasPin = false;
        assertThat(new LoginStateMachine<>(device).login(keys)).isFalse();
        Listening nobody = new Listening(Giver.NOW, null);
        nobody.pin = null;
        assertThat(new LoginStateMachine<>(device).login(nobody)).isFalse();
        assertThat(device.sent).isEmpty();
        assertThat(nobody.heard).isEmpty();
    }

    @Test
    void aStatusThatCostsNothingIsAskedForBeforeAnyPin() {
        Device device = new Device();
        device.statusFree = true;
        assertThat(device.login(Giver.NOW, "648219")).isEqualTo("status verify ok");
    }

    @Test
    void aDeviceThatTakesTheChangeAndGoesOnAskingForItGetsThePinOnce() {
        Device device = new Device();
        device.state = PinStatus.State.TRANSPORT;
        device.staysTransport = true;
        assertThat(device.login(Giver.ASKED, "648219")).isEqualTo("status change status verify ok");
    }

    @Test
    void bothPinsOfAChangeAreWipedAndTheQuestionIsForgotten() throws Exception {
        Device device = new Device();
        device.state = PinStatus.State.TRANSPORT;
        List<NewPinCallback> asked = new ArrayList<>();
        Authenticator login = new Authenticator() {
            @Override
            public byte[] pin(PinRequest request) {
                return bytes("648219");
            }

            @Override
            public boolean isInteractive() {
                return true;
            }

            @Override
            public void changeTransportPin(NewPinCallback wanted) {
                asked.add(wanted);
                wanted.setPins("000000".toCharArray(), "648219".toCharArray());
            }
        };

        assertThat(new LoginStateMachine<>(device).login(login)).isTrue();

        assertThat(device.changed).containsExactly(new char[6], new char[6]);
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0).newPin()).isNull();
        assertThat(asked.get(0).transportPin()).isNull();
    }

    @Test
    void aTransportPinThatNobodyChangesIsNotSent() {
        Device device = new Device();
        device.state = PinStatus.State.TRANSPORT;
        Listening silent = new Listening(Giver.ASKED, null);
        assertThatThrownBy(() -> new LoginStateMachine<>(device).login(silent)).hasMessage("TRANSPORT");
        assertThat(device.sent).containsExactly("status");
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_VERIFIED, 3, true,  status pad typed, ''",
        "NOT_VERIFIED, 1, true,  status pad typed, ''",
        "NOT_VERIFIED, 3, false, status pad typed, ''",
        "NOT_VERIFIED, 1, false, status pad,       NOBODY_TOLD",
        "TRANSPORT,   -1, true,  status pad for change typed change status pad typed, ''",
        "BLOCKED,      0, true,  status,           BLOCKED"
    })
    void aPinIsTypedOnThePadUnlessItIsTheLastTryAndNobodyIsTold(
            PinStatus.State state, int left, boolean told, String sent, String refused) throws Exception {
        Device device = new Device();
        device.state = state;
        device.left = left;
        Listening pad = new Listening(Giver.ASKED, told);
        LoginStateMachine<SchsmException> machine = new LoginStateMachine<>(device);
        if (refused.isEmpty()) {
            assertThat(machine.login(pad)).isTrue();
            assertThat(pad.heard).endsWith("finished", "accepted");
        } else {
            assertThatThrownBy(() -> machine.login(pad)).hasMessage(refused);
            assertThat(pad.heard).doesNotContain("accepted");
        }
        assertThat(String.join(" ", device.sent)).isEqualTo(sent);
        assertThat(pad.heard.stream().filter(heard -> heard.startsWith("type")))
                .hasSameSizeAs(pad.heard.stream().filter("finished"::equals).toList());
    }

    @Test
    void aPinThatWasTypedWrongIsToldAndThePadIsDone() {
        Device device = new Device();
        device.typed = PinBackend.Answer.wrong(2, new SchsmException("wrong"));
        Listening pad = new Listening(Giver.ASKED, true);
        assertThatThrownBy(() -> new LoginStateMachine<>(device).login(pad)).hasMessage("wrong");
        assertThat(pad.heard).containsExactly("type", "finished", "refused 2");
        assertThat(device.careful).isTrue();
        assertThat(device.failed.any()).as("nobody here knows which").isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_VERIFIED, 3, KEPT, ''",
        "NOT_VERIFIED, 1, KEPT, LAST_TRY",
        "NOT_VERIFIED, 1, NOW,  ''",
        "BLOCKED,      0, NOW,  BLOCKED",
        "TRANSPORT,   -1, NOW,  TRANSPORT",
        "TRANSPORT,   -1, ASKED, ''"
    })
    void theStatusIsGivenWhereSomethingCanBeDone(PinStatus.State state, int left, Giver giver, String refused)
            throws Exception {
        Device device = new Device();
        device.state = state;
        device.left = left;
        LoginStateMachine<SchsmException> machine = new LoginStateMachine<>(device);
        if (refused.isEmpty()) {
            assertThat(machine.status(new Listening(giver, null))).isEqualTo(new PinStatus(state, left));
        } else {
            assertThatThrownBy(() -> machine.status(new Listening(giver, null))).hasMessage(refused);
        }
        assertThat(device.sent).containsExactly("status");
    }

    /** Notes what it hears; with a pad, the person who types may be told or not. */
    private static final class Listening implements Authenticator {
        private final List<String> heard = new ArrayList<>();
        private final Giver giver;
        private final @Nullable Boolean told;
        private @Nullable String pin = "648219";
        private boolean hasPin = true;

        private Listening(Giver giver, @Nullable Boolean told) {
            this.giver = giver;
            this.told = told;
        }

        @Override
        public boolean hasPin() {
            return hasPin;
        }

        @Override
        public byte @Nullable [] pin(PinRequest request) {
            return pin == null || isOnReader() ? null : bytes(pin);
        }

        @Override
        public boolean isGivenNow() {
            return giver == Giver.NOW;
        }

        @Override
        public boolean isInteractive() {
            return giver == Giver.ASKED;
        }

        @Override
        public boolean isOnReader() {
            return told != null;
        }

        @Override
        public boolean entryOnReader(PinRequest request, boolean change) {
            heard.add(change ? "type change" : "type");
            return told != null && told;
        }

        @Override
        public void entryFinished(PinRequest request) {
            heard.add("finished");
        }

        @Override
        public void cardWasAway() {
            heard.add("away");
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
}
