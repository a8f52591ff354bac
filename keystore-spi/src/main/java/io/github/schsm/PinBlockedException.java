package io.github.schsm;

import java.io.Serial;

/** The PIN is blocked: only the SO-PIN can help. */
public final class PinBlockedException extends PinException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public PinBlockedException(String command, int statusWord, String message) {
        super(command, statusWord, message);
    }

    /**
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public PinBlockedException(ModuleAnswer answer, String message) {
        super(answer, message);
    }
}
