// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import io.github.schsm.SchsmException;
import java.io.Serial;

/**
 * The connection to the card failed. Never leaves this package: the transaction queue either recovers or throws what
 * {@link #reported()} says. The difference that matters for recovery is whether the device may have executed the
 * command.
 */
public final class TransmitFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final SchsmException reported;
    private final boolean outcomeUnknown;

    public TransmitFailure(SchsmException reported, boolean outcomeUnknown) {
        super(reported.getMessage(), reported);
        this.reported = reported;
        this.outcomeUnknown = outcomeUnknown;
    }

    /** What callers get if there is no recovery. */
    public SchsmException reported() {
        return reported;
    }

    /** Whether the device may have executed the command. */
    public boolean outcomeUnknown() {
        return outcomeUnknown;
    }
}
