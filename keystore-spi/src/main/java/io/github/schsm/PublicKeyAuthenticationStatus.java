package io.github.schsm;

import java.io.Serializable;

/**
 * How far public key authentication has come (docs/protocol.md#public-key-authentication).
 *
 * @param total         how many public keys the device takes
 * @param missing       how many of them are not registered yet
 * @param required      how many of them have to authenticate
 * @param authenticated how many have done so since the device was last reset or selected
 */
public record PublicKeyAuthenticationStatus(int total, int missing, int required, int authenticated)
        implements Serializable {
    /** Whether all keys are registered: before that nobody can authenticate. */
    public boolean isComplete() {
        return missing == 0;
    }

    /** Whether as many keys as required have authenticated. */
    public boolean isAuthenticated() {
        return authenticated >= required;
    }

    @Override
    public String toString() {
        return authenticated + " of " + required + " keys authenticated, "
                + (missing == 0 ? total + " registered" : total - missing + " of " + total + " registered");
    }
}
