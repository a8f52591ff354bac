package io.github.schsm.cli;

import io.github.schsm.SchsmException;
import java.io.Serial;

/** The command cannot do what it was asked for, for a reason of its own and not a device's. */
final class CliException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    CliException(String message) {
        super(message);
    }

    CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
