package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The way to the device failed: the PC/SC service, a reader, or a library that speaks to them; or somebody between the
 * program and the device ({@link SecureChannelException}).
 */
public class TransportException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public TransportException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TransportException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
