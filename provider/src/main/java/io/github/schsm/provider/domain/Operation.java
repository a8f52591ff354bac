// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

/** What is done at one member and may be done at another instead. */
enum Operation {
    SIGN(true),
    DECRYPT(true),
    AGREE(true),
    CIPHER(true),
    MAC(true),
    DERIVE(true),
    RANDOM(false),
    READ(false);

    private final boolean withKey;

    Operation(boolean withKey) {
        this.withKey = withKey;
    }

    /** Whether the user PIN has to be verified for it. */
    boolean needsLogin() {
        return withKey;
    }
}
