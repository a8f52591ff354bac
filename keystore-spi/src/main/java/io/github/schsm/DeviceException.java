// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The device answered with an error. Keeps what was asked and what came back: a command's name and the status word
 * (ISO 7816-4, and docs/protocol.md#status-words for what the SmartCard-HSM means by it), or a PKCS#11 module's
 * function and return value. The reason is the situation that callers tell apart, whatever is behind the token.
 */
public class DeviceException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String command;
    private final int statusWord;
    private final @Nullable ModuleAnswer moduleAnswer;

    /**
     * @param command    the command as the specification names it, e.g. {@code "WRAP KEY"}
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public DeviceException(String command, int statusWord, String message) {
        this(Reason.DEVICE, command, statusWord, message);
    }

    /**
     * @param reason     what it means
     * @param command    the command as the specification names it, e.g. {@code "WRAP KEY"}
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public DeviceException(Reason reason, String command, int statusWord, String message) {
        super(reason, String.format(Locale.ROOT, "%s (%s answered %04X)", message, command, statusWord), null);
        this.command = command;
        this.statusWord = statusWord;
        this.moduleAnswer = null;
    }

    /**
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public DeviceException(ModuleAnswer answer, String message) {
        this(Reason.DEVICE, answer, message);
    }

    /**
     * @param reason  what it means
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public DeviceException(Reason reason, ModuleAnswer answer, String message) {
        super(reason, message + " (" + answer + ")", null);
        this.command = answer.function();
        this.statusWord = 0;
        this.moduleAnswer = answer;
    }

    /** The command as the specification names it, or the PKCS#11 function. */
    public final String command() {
        return command;
    }

    /** The status word, 0x0000 to 0xFFFF; 0 where a PKCS#11 module answered, which has none. */
    public final int statusWord() {
        return statusWord;
    }

    /** What the PKCS#11 module answered, if there is one behind the token. */
    public final Optional<ModuleAnswer> moduleAnswer() {
        return Optional.ofNullable(moduleAnswer);
    }

    /**
     * What a PKCS#11 module answered instead of CKR_OK.
     *
     * @param module      the module's file name, e.g. {@code opensc-pkcs11.so}
     * @param function    the function as the standard names it, e.g. {@code C_Sign}
     * @param returnValue the CK_RV, as a non-negative number
     * @param name        the standard's name for it, e.g. {@code CKR_PIN_INCORRECT}; for a vendor's own value what says so
     */
    public record ModuleAnswer(String module, String function, long returnValue, String name) implements Serializable {
        /** Checks that there is something to tell. */
        public ModuleAnswer {
            Objects.requireNonNull(module, "module");
            Objects.requireNonNull(function, "function");
            Objects.requireNonNull(name, "name");
        }

        /** As it stands at the end of a message: {@code C_Sign of opensc-pkcs11.so answered CKR_PIN_INCORRECT, 0xA0}. */
        @Override
        public String toString() {
            return PrintableText.of(
                    String.format(Locale.ROOT, "%s of %s answered %s, 0x%X", function, module, name, returnValue));
        }
    }
}
