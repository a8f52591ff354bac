package io.github.schsm;

import java.io.Serial;

/** The key's use counter has reached its end; the key will never be used again. */
public final class UseCounterExhaustedException extends DeviceException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public UseCounterExhaustedException(String command, int statusWord, String message) {
        super(command, statusWord, message);
    }

    /**
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public UseCounterExhaustedException(ModuleAnswer answer, String message) {
        super(answer, message);
    }
}
