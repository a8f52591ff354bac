package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The secure channel to the device was refused or broken: what came is not what the device protected. The channel and
 * the connection are gone, and nothing was sent in plain instead; the next use makes new ones.
 */
public final class SecureChannelException extends TransportException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public SecureChannelException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public SecureChannelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
