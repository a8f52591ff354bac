// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.SchsmException.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleAnswerTest {
    private static final ModuleAnswer ANSWER = new ModuleAnswer("m.so", "C_Sign", 0xA0, "CKR_PIN_INCORRECT");

    @Test
    void everyKindOfRefusalKeepsWhatTheModuleAnsweredAndEndsItsMessageWithIt() {
        List<DeviceException> refusals = List.of(
                new DeviceException(ANSWER, "why"),
                new DeviceException(Reason.ALGORITHM_NOT_ALLOWED, ANSWER, "why"),
                new DeviceException(Reason.CONDITIONS_NOT_SATISFIED, ANSWER, "why"),
                new DeviceException(Reason.DEVICE_FULL, ANSWER, "why"),
                new DeviceException(Reason.INVALID_DATA, ANSWER, "why"),
                new DeviceException(Reason.OBJECT_EXISTS, ANSWER, "why"),
                new DeviceException(Reason.OBJECT_NOT_FOUND, ANSWER, "why"),
                new PinException(Reason.PIN_BLOCKED, ANSWER, "why"),
                new PinRequiredException(ANSWER, "why"),
                new PinException(Reason.TRANSPORT_PIN, ANSWER, "why"),
                new DeviceException(Reason.USE_COUNTER_EXHAUSTED, ANSWER, "why"));

        assertThat(refusals).allSatisfy(refusal -> {
            assertThat(refusal).hasMessage("why (C_Sign of m.so answered CKR_PIN_INCORRECT, 0xA0)");
            assertThat(refusal.moduleAnswer()).contains(ANSWER);
            assertThat(refusal.command()).isEqualTo("C_Sign");
            assertThat(refusal.statusWord()).isZero();
        });
        assertThat(new DeviceException("SIGN", 0x6985, "why").moduleAnswer()).isEmpty();
    }

    @Test
    void aWrongPinOfWhichNobodySaysHowManyTriesAreLeftHasNoNumber() {
        PinException unknown = PinException.wrong(ANSWER, -1, "user PIN");

        assertThat(unknown).hasMessage("the user PIN is wrong (C_Sign of m.so answered CKR_PIN_INCORRECT, 0xA0)");
        assertThat(unknown.triesLeft()).isEqualTo(-1);
        assertThat(PinException.wrong(ANSWER, 1, "user PIN")).hasMessageStartingWith("the user PIN is wrong; 1 try");
    }
}
