// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

/** What came of one {@link Request}. */
public sealed interface Answer {
    /**
     * The card's answer to a command.
     *
     * @param apdu the whole response APDU; not copied, so that it can be wiped
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Response(byte[] apdu) implements Answer {}

    /**
     * What the card said when it was reset.
     *
     * @param atr its answer to reset
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Atr(byte[] atr) implements Answer {}
}
