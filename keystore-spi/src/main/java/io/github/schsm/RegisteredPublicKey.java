package io.github.schsm;

import java.util.Objects;

/**
 * A public key that is registered with a device for authentication.
 *
 * @param index         its place, from 0
 * @param chr           the holder reference in the key's request; of one key only as long as nobody registers another
 *                      under the same name
 * @param authenticated whether it has authenticated since the device was last reset or selected
 */
public record RegisteredPublicKey(int index, String chr, boolean authenticated) {
    /** Checks that it is complete. */
    public RegisteredPublicKey {
        Objects.requireNonNull(chr, "chr");
    }
}
