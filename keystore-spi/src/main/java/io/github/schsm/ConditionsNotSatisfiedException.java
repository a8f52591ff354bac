package io.github.schsm;

import java.io.Serial;

/** Conditions of use are not satisfied: a signature is wrong, a key may not be used so. */
public final class ConditionsNotSatisfiedException extends DeviceException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public ConditionsNotSatisfiedException(String command, int statusWord, String message) {
        super(command, statusWord, message);
    }

    /**
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public ConditionsNotSatisfiedException(ModuleAnswer answer, String message) {
        super(answer, message);
    }
}
