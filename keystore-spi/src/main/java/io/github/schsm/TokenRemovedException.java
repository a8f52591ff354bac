package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The card was removed while a command was under way: whether the device executed it is not known. */
public final class TokenRemovedException extends TokenNotPresentException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public TokenRemovedException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TokenRemovedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
