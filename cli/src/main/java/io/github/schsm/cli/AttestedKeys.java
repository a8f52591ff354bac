package io.github.schsm.cli;

import io.github.schsm.AttestedPublicKey;
import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/** Public keys with the proof that a device generated them. */
final class AttestedKeys {
    private AttestedKeys() {}

    static AttestedPublicKey require(@Nullable PublicKey key, String label) throws CliException {
        if (key instanceof AttestedPublicKey attested) {
            return attested;
        }
        throw new CliException("key \"" + label + "\" has no authenticated request on the device any more: an X.509"
                + " certificate took its place, or the key was imported; generate a new key");
    }
}
