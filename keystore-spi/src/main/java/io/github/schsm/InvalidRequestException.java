package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The request itself cannot be carried out: a parameter, label or key that does not fit the operation. */
public sealed class InvalidRequestException extends SchsmException permits UnusableSecretException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public InvalidRequestException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public InvalidRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
