// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.io.Serial;

/** The device is not where it was: removed, or removed and inserted again. */
public final class CardRemovedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    public CardRemovedException() {
        super("SCARD_W_REMOVED_CARD: the card was removed");
    }
}
