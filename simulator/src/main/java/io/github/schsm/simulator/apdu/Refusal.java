// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.apdu;

import java.io.Serial;

/** A command that the device does not carry out. Ends the handler; the dispatcher answers the status word. */
public final class Refusal extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int sw;

    public Refusal(int sw) {
        super(Integer.toHexString(sw), null, false, false);
        this.sw = sw;
    }

    public int sw() {
        return sw;
    }
}
