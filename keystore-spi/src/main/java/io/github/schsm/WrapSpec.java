// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.spec.AlgorithmParameterSpec;

/** How {@code Cipher XKEK} wraps, where the default will not do. */
public final class WrapSpec implements AlgorithmParameterSpec {
    private static final WrapSpec WITHOUT_USE_COUNTER = new WrapSpec();

    private WrapSpec() {}

    /** Wraps a key that has a use counter: the counter is not in the blob, so the migrated key has none. */
    public static WrapSpec withoutUseCounter() {
        return WITHOUT_USE_COUNTER;
    }
}
