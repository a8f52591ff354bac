package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * Root of everything that can go wrong between a program and its token. Checked, because each subclass is a
 * situation that a caller can tell apart and act on; engines translate it into the exception that the JCA
 * documents for their method and keep this one as the cause. What a message repeats of a device, file or module is shown as
 * {@link PrintableText}.
 */
public class SchsmException extends GeneralSecurityException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out; never blank */
    public SchsmException(String message) {
        this(message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out; never blank
     * @param cause   what brought this about, if another exception did
     */
    public SchsmException(String message, @Nullable Throwable cause) {
        super(requireText(message), cause);
    }

    private static String requireText(String message) {
        if (message.isBlank()) {
            throw new IllegalArgumentException("an exception needs a message");
        }
        return PrintableText.of(message);
    }
}
