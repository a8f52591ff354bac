// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import javax.crypto.SecretKey;

/**
 * For {@link KeyStore#getEntry}: the key leaves its device wrapped under this KEK, as a {@link WrappedKeyEntry}.
 */
public final class WrapProtection implements KeyStore.ProtectionParameter {
    private final KeyEncryptionKey kek;
    private final boolean useCounterMayBeLost;

    /**
     * Wrap under this KEK.
     *
     * @param kek what {@code KeyAgreement ECDH_XKEK} or {@link KeyDomain#kek()} gave
     */
    public WrapProtection(SecretKey kek) {
        this(UnwrapProtection.requireKek(kek), false);
    }

    private WrapProtection(KeyEncryptionKey kek, boolean useCounterMayBeLost) {
        this.kek = kek;
        this.useCounterMayBeLost = useCounterMayBeLost;
    }

    /** The same for a key with a use counter: the counter is not in the blob, so the migrated key has none. */
    public WrapProtection withoutUseCounter() {
        return new WrapProtection(kek, true);
    }

    /** The KEK. */
    public KeyEncryptionKey kek() {
        return kek;
    }

    /** Whether a key with a use counter is wrapped all the same. */
    public boolean useCounterMayBeLost() {
        return useCounterMayBeLost;
    }
}
