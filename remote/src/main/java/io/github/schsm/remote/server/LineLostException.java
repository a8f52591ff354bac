// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import java.io.Serial;

/** The line to a client is dead, or the client has left. */
final class LineLostException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    /**
     * The line is gone.
     *
     * @param sent whether what was wanted may have reached the card
     */
    LineLostException(String message, boolean sent) {
        super(message);
        this.sent = sent;
    }

    boolean isSent() {
        return sent;
    }
}
