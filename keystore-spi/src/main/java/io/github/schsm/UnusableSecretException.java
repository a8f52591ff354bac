package io.github.schsm;

import java.io.Serial;

/**
 * A PIN, SO-PIN or password that cannot be one: too short, too long, or with a character that was damaged on its way
 * here. Nothing was sent to the device, so no try is lost. The secret is not in the message.
 */
public final class UnusableSecretException extends InvalidRequestException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the secret and what it has to be */
    public UnusableSecretException(String message) {
        super(message);
    }
}
