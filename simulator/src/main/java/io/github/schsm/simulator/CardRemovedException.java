package io.github.schsm.simulator;

import java.io.Serial;

/** The device is not where it was: removed, or removed and inserted again. */
final class CardRemovedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    CardRemovedException() {
        super("SCARD_W_REMOVED_CARD: the card was removed");
    }
}
