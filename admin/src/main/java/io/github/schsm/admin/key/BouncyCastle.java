// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Bouncy Castle as a provider object that is never registered: for curves that the running JDK does not have. */
public final class BouncyCastle {
    private BouncyCastle() {}

    /** Made at the first use, because that takes a tenth of a second. */
    private static final class Holder {
        private static final Provider PROVIDER = new BouncyCastleProvider();
    }

    /** The provider object. */
    public static Provider provider() {
        return Holder.PROVIDER;
    }
}
