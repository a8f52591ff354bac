// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.DeviceException.ModuleAnswer;
import java.io.Serial;

/** The user PIN has to be verified first and none was given, or it may not be sent again. */
public final class PinRequiredException extends PinException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public PinRequiredException(String command, int statusWord, String message) {
        super(Reason.PIN_REQUIRED, command, statusWord, message);
    }

    /**
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public PinRequiredException(ModuleAnswer answer, String message) {
        super(Reason.PIN_REQUIRED, answer, message);
    }
}
