// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.callback;

import java.util.Arrays;
import java.util.Objects;
import javax.security.auth.callback.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A device has a transport PIN, which must be changed before anything else. A handler that sets both PINs has it
 * changed, and the login goes on; one that does not know this callback has the login fail.
 *
 * <p>Not a {@link javax.security.auth.callback.PasswordCallback} on purpose: a handler that answers every one of those
 * with the PIN it knows would make the transport PIN, which others may have seen, the PIN.
 */
public final class NewPinCallback implements Callback {
    private final PinRequest request;
    private char @Nullable [] transportPin;
    private char @Nullable [] newPin;

    /** @param request what is known of the device and its PIN */
    public NewPinCallback(PinRequest request) {
        this.request = Objects.requireNonNull(request, "request");
    }

    /** What is known of the device and its PIN. */
    public PinRequest request() {
        return request;
    }

    /**
     * Answers.
     *
     * @param present  the transport PIN; copied
     * @param wanted   6 to 16 characters; copied
     */
    public void setPins(char[] present, char[] wanted) {
        clear();
        transportPin = present.clone();
        newPin = wanted.clone();
    }

    /** The transport PIN, a copy; null if it was not answered. */
    public char @Nullable [] transportPin() {
        return transportPin == null ? null : transportPin.clone();
    }

    /** The new PIN, a copy; null if it was not answered. */
    public char @Nullable [] newPin() {
        return newPin == null ? null : newPin.clone();
    }

    /** Wipes both. */
    public void clear() {
        if (transportPin != null) {
            Arrays.fill(transportPin, '\0');
            transportPin = null;
        }
        if (newPin != null) {
            Arrays.fill(newPin, '\0');
            newPin = null;
        }
    }
}
