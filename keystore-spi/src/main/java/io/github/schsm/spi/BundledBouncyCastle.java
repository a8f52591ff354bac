// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The Bouncy Castle that SCHSM brings along, as a provider object that is never registered: for public keys on curves
 * and for algorithms that no registered provider has.
 */
public final class BundledBouncyCastle {
    private BundledBouncyCastle() {}

    /** Made at the first use, because that takes a tenth of a second. */
    private static final class Holder {
        private static final Provider PROVIDER = new BouncyCastleProvider();
    }

    /** The provider object. */
    public static Provider provider() {
        return Holder.PROVIDER;
    }
}
