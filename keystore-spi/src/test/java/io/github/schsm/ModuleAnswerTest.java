package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleAnswerTest {
    private static final ModuleAnswer ANSWER = new ModuleAnswer("m.so", "C_Sign", 0xA0, "CKR_PIN_INCORRECT");

    @Test
    void everyKindOfRefusalKeepsWhatTheModuleAnsweredAndEndsItsMessageWithIt() {
        List<DeviceException> refusals = List.of(
                new DeviceException(ANSWER, "why"),
                new AlgorithmNotAllowedException(ANSWER, "why"),
                new ConditionsNotSatisfiedException(ANSWER, "why"),
                new DeviceFullException(ANSWER, "why"),
                new InvalidDataException(ANSWER, "why"),
                new ObjectExistsException(ANSWER, "why"),
                new ObjectNotFoundException(ANSWER, "why"),
                new PinBlockedException(ANSWER, "why"),
                new PinRequiredException(ANSWER, "why"),
                new TransportPinException(ANSWER, "why"),
                new UseCounterExhaustedException(ANSWER, "why"));

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
        WrongPinException unknown = new WrongPinException(ANSWER, -1, "user PIN");

        assertThat(unknown).hasMessage("the user PIN is wrong (C_Sign of m.so answered CKR_PIN_INCORRECT, 0xA0)");
        assertThat(unknown.triesLeft()).isEqualTo(-1);
        assertThat(new WrongPinException(ANSWER, 1, "user PIN")).hasMessageStartingWith("the user PIN is wrong; 1 try");
    }
}
