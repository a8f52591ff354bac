package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The device does not know a challenge any more, because it was reset, removed, or used by another program, or has
 * given another one since. Ask for a new challenge; keys that had authenticated before may have to do so again.
 */
public final class ChallengeLostException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public ChallengeLostException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public ChallengeLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
