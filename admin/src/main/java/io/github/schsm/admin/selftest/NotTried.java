// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import java.io.Serial;

/** The device cannot be asked; the message says why. */
final class NotTried extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    NotTried(String why) {
        super(why, null, false, false);
    }
}
