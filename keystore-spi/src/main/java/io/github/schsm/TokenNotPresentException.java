package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** There is no card where one is needed: no reader, an empty reader, or a device that is not connected. */
public class TokenNotPresentException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public TokenNotPresentException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TokenNotPresentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
