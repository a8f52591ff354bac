// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import org.junit.jupiter.api.Tag;

/** The same with every command to the device protected: a command in plain ends the channel, and what was done over it. */
@Tag("repeated")
class PublicKeyAuthenticationOverSecureChannelTest extends PublicKeyAuthenticationTest {
    @Override
    String settings() {
        return "; channel = secure";
    }

    @Override
    boolean anyForeignCommandEndsIt() {
        return true;
    }
}
