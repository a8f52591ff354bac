// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.PinRequest;
import javax.security.auth.callback.TextOutputCallback;
import org.jspecify.annotations.Nullable;

/**
 * Where a PIN comes from when a device wants one: a password that a program gave, a callback, the environment, a
 * file, a prompt, the reader's own pad.
 */
public interface PinSource {
    /**
     * Gets the PIN. The device is locked until the answer is there.
     *
     * @param request what is known of the device and its PIN
     * @return the PIN, which the caller wipes; null if there is none, or if it is {@linkplain #isOnReader entered on the
     *     reader}
     * @throws SchsmException if the source cannot be used
     */
    char @Nullable [] pin(PinRequest request) throws SchsmException;

    /**
     * Whether a person is asked, who is told how many tries are left: then a refused PIN may be asked for again, and
     * the last try used.
     */
    default boolean isInteractive() {
        return false;
    }

    /**
     * Whether the PIN lies somewhere, in a file or the environment, so that nobody gives it at this very moment: then it is
     * not sent again after it was refused, and not for the last try. Valid after {@link #pin}.
     */
    default boolean isStored() {
        return false;
    }

    /** Whether the PIN is typed on the reader's pad and never seen here. Valid after {@link #pin} gave none. */
    default boolean isOnReader() {
        return false;
    }

    /**
     * Gets the present and the new PIN where the device has a transport PIN, which must be changed first.
     *
     * @param wanted takes the answer; what is left empty was not answered
     * @throws SchsmException if the source cannot be used
     */
    default void changeTransportPin(NewPinCallback wanted) throws SchsmException {}

    /**
     * Passes on what goes on: a {@link PinPadCallback}, a {@link LoginCallback}. Never fails.
     *
     * @return whether anybody was told
     */
    default boolean inform(TextOutputCallback event) {
        return false;
    }

    /** Forgets and wipes what the source holds. */
    default void destroy() {}
}
