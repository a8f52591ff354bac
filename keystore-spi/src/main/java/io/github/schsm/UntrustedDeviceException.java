package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A device, or a key said to be in one, does not trace to a root that the configuration trusts. */
public final class UntrustedDeviceException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public UntrustedDeviceException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public UntrustedDeviceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
