// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import org.jspecify.annotations.Nullable;

/**
 * Who knows the user PIN. The transaction queue asks when a command needs it and this authenticator's PIN is not
 * verified on the present connection: the first time, after a reset, after the card was out, after another program
 * logged it out.
 *
 * <p>Called while the device is locked, from the thread that uses it. One object stands for one login: what another
 * authenticator verified does not count for this one.
 */
public interface Authenticator {
    /**
     * The user PIN.
     *
     * @param request what is known of the device and its PIN
     * @return a copy that the transaction queue wipes after use; null if there is none, if the device refused it before,
     *     or if it is {@linkplain #isOnReader entered on the reader}
     * @throws SchsmException if asking for it failed
     */
    byte @Nullable [] pin(PinRequest request) throws SchsmException;

    /** Whether there may be a PIN at all; if not, {@link #pin} is never called: registered keys take its place. */
    default boolean hasPin() {
        return true;
    }

    /**
     * Whether a program gave the PIN this very moment: the only one that is sent without asking for the tries left
     * first, unless there is a reason to be careful.
     */
    default boolean isGivenNow() {
        return false;
    }

    /** Whether a person is asked, and told the device and the tries left. */
    default boolean isInteractive() {
        return false;
    }

    /** Whether the PIN is entered on the reader's pad. Valid after {@link #pin} gave none. */
    default boolean isOnReader() {
        return false;
    }

    /**
     * Whether the PIN may be sent although only one try is left. Say yes only if a person decides so at this moment.
     */
    default boolean mayUseLastTry() {
        return isGivenNow() || isInteractive();
    }

    /** Gets the transport PIN and the one that it is changed to; what is left empty was not answered. */
    default void changeTransportPin(NewPinCallback wanted) throws SchsmException {}

    /**
     * Something has to be typed on the reader's pad.
     *
     * @param change whether it is the present PIN and a new one, rather than the PIN alone
     * @return whether anybody was told
     */
    default boolean entryOnReader(PinRequest request, boolean change) {
        return false;
    }

    /** Nothing has to be typed on the reader's pad any more. */
    default void entryFinished(PinRequest request) {}

    /**
     * The connection on which the PIN was verified is gone, or the device refused a PIN: what was entered before
     * must be entered again.
     */
    default void cardWasAway() {}

    /** The device accepted the PIN. */
    default void accepted() {}

    /**
     * The device refused the PIN. It must not be given out again by {@link #pin} as long as nobody entered it again.
     *
     * @param triesLeft how often a PIN may still be tried, or -1 if the device did not say
     */
    default void refused(int triesLeft) {}
}
