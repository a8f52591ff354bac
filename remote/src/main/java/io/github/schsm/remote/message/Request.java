// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import java.util.Arrays;

/** One thing that the server wants of a client. */
public sealed interface Request {
    /**
     * A command for the card.
     *
     * @param apdu the whole command APDU; not copied, so that it can be wiped
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Command(byte[] apdu) implements Request {
        /** Forgets it. */
        public void wipe() {
            Arrays.fill(apdu, (byte) 0);
        }
    }

    /** The card's power off and on. */
    record Reset() implements Request {}

    /**
     * Something to tell the person at the client.
     *
     * @param id   negative ends the session on the client's side, 0 and up is progress
     * @param text for people
     */
    record Notification(int id, String text) implements Request {}
}
