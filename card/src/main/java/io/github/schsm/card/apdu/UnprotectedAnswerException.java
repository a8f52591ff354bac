// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import java.io.Serial;

/**
 * A bare status word came where a protected answer was due. Never leaves this package: another program may have
 * selected its applet before our first command, which the transaction queue recovers from; everything else is reported. The status
 * word is not believed.
 */
public final class UnprotectedAnswerException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int sw;

    public UnprotectedAnswerException(int sw) {
        super(String.format("%04X without protection", sw));
        this.sw = sw;
    }

    public int sw() {
        return sw;
    }
}
