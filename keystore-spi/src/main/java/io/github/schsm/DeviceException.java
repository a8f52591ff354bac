package io.github.schsm;

import java.io.Serial;
import java.util.Locale;

/**
 * The device answered a command with an error. Keeps the command's name and the status word (ISO 7816-4, and
 * section 2 of the protocol notes for what the SmartCard-HSM means by it); subclasses are the situations that
 * callers tell apart.
 */
public class DeviceException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String command;
    private final int statusWord;

    /**
     * @param command    the command as the specification names it, e.g. {@code "WRAP KEY"}
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public DeviceException(String command, int statusWord, String message) {
        super(String.format(Locale.ROOT, "%s (%s answered %04X)", message, command, statusWord));
        this.command = command;
        this.statusWord = statusWord;
    }

    /** The command as the specification names it. */
    public final String command() {
        return command;
    }

    /** The status word, 0x0000 to 0xFFFF. */
    public final int statusWord() {
        return statusWord;
    }
}
