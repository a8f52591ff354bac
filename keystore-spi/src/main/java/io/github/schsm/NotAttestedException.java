package io.github.schsm;

import java.io.Serial;

/** A key has no attestation, or its device has it no more: the message says why, and where one may still be. */
public final class NotAttestedException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public NotAttestedException(String message) {
        super(message);
    }
}
