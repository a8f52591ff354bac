// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;

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
            state = PinStatus.State.NOT_VERIFIED;
        }

        @Override
        public void preparePad(PinRequest request, @Nullable PinStatus status, boolean change) {
            throw new AssertionError("no pad");
        }

        @Override
        public Answer enter(boolean change) {
            throw new AssertionError("no pad");
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
}
