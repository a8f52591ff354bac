package io.github.schsm;

import java.io.Serial;
import java.util.Locale;
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
}
