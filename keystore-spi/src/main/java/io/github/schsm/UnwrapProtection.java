// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import javax.crypto.SecretKey;

/** For {@link KeyStore#setEntry}: a {@link WrappedKeyEntry} is unwrapped under this KEK. */
public final class UnwrapProtection implements KeyStore.ProtectionParameter {
    private final KeyEncryptionKey kek;

    /**
     * Unwrap under this KEK.
     *
     * @param kek what {@code KeyAgreement ECDH_XKEK} or {@link KeyDomain#kek()} gave
     */
    public UnwrapProtection(SecretKey kek) {
        this.kek = requireKek(kek);
    }

    static KeyEncryptionKey requireKek(SecretKey kek) {
        if (kek instanceof KeyEncryptionKey handle) {
            return handle;
        }
        throw new IllegalArgumentException("a KEK in a key domain is needed (from KeyAgreement ECDH_XKEK or"
                + " KeyDomain.kek()), not a " + kek.getClass().getSimpleName());
    }

    /** The KEK. */
    public KeyEncryptionKey kek() {
        return kek;
    }
}
