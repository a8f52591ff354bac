// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.codec.PrintableText;
import java.io.Serial;

/** The user PIN has to be verified first and none was given, or it may not be sent again. */
public final class PinRequiredException extends PinException {
    /** How a program or its configuration gives the PIN: the end of the message where nobody gave one. */
    public static final String WAYS = "give it as the password of KeyStore.load, by pin = prompt, pinpad, env:NAME,"
            + " file:PATH, or callback in the configuration, or by SchsmProvider.login with a callback handler";

    @Serial
    private static final long serialVersionUID = 1L;

    private final String sentence;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public PinRequiredException(String command, int statusWord, String message) {
        super(Reason.PIN_REQUIRED, command, statusWord, message);
        this.sentence = message;
    }

    /**
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public PinRequiredException(ModuleAnswer answer, String message) {
        super(Reason.PIN_REQUIRED, answer, message);
        this.sentence = message;
    }

    /**
     * The same, naming the key that was to be used: its alias is what the program knows.
     *
     * @param key the key
     */
    public PinRequiredException with(TokenKey key) {
        String named = PrintableText.of("key \"" + key.label() + "\" cannot be used; ") + sentence;
        PinRequiredException exception = moduleAnswer()
                .map(answer -> new PinRequiredException(answer, named))
                .orElseGet(() -> new PinRequiredException(command(), statusWord(), named));
        exception.addSuppressed(this);
        return exception;
    }
}
