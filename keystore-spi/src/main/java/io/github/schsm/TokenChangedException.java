package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Another device is in the reader than the one that a key or key store belongs to. */
public final class TokenChangedException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public TokenChangedException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TokenChangedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
