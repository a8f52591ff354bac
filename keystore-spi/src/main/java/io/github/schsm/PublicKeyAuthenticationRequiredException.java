package io.github.schsm;

import java.io.Serial;

/**
 * Registered keys have to authenticate first (n of m), or again because their authentication has ended: the device was
 * reset or removed, or another program selected it. No PIN and no program can bring that back, only
 * {@link PublicKeyAuthentication}.
 */
public final class PublicKeyAuthenticationRequiredException extends PinException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final PublicKeyAuthenticationStatus status;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     * @param status     how many keys are required and how many have authenticated
     */
    public PublicKeyAuthenticationRequiredException(
            String command, int statusWord, String message, PublicKeyAuthenticationStatus status) {
        super(command, statusWord, message);
        this.status = status;
    }

    /** How many keys are required and how many have authenticated. */
    public PublicKeyAuthenticationStatus status() {
        return status;
    }
}
