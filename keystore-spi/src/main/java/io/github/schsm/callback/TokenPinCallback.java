// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.callback;

import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.util.Objects;
import java.util.OptionalInt;
import javax.security.auth.callback.PasswordCallback;

/**
 * A device wants its user PIN. A handler that knows only {@link PasswordCallback} shows the prompt and sets the PIN; one
 * that looks closer can choose by device, warn before the last try, or have the PIN entered on the reader's pad.
 */
public final class TokenPinCallback extends PasswordCallback {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient PinRequest request;
    private boolean onReader;

    /** @param request what is known of the device and its PIN */
    public TokenPinCallback(PinRequest request) {
        super(Objects.requireNonNull(request, "request").question() + ": ", false);
        this.request = request;
    }

    /** What is known of the device and its PIN. */
    public PinRequest request() {
        return request;
    }

    /** The device that wants it. */
    public String deviceId() {
        return request.deviceId();
    }

    /** The token's label; empty if it has none. */
    public String label() {
        return request.label();
    }

    /** The reader that the device is in. */
    public String reader() {
        return request.reader();
    }

    /** How often a PIN may still be tried before it is blocked; empty if the device does not say. */
    public OptionalInt triesLeft() {
        return request.triesLeft();
    }

    /** Whether a wrong PIN now would block it. */
    public boolean isLastTry() {
        return request.isLastTry();
    }

    /** Whether the reader has a PIN pad. */
    public boolean hasPinPad() {
        return request.pinPad();
    }

    /**
     * Answers that the PIN will be typed on the reader's pad. A {@link PinPadCallback} follows.
     *
     * @throws IllegalStateException if the reader has none
     */
    public void enterOnReader() {
        if (!request.pinPad()) {
            throw new IllegalStateException(
                    "reader '" + PrintableText.of(request.reader()) + "' has no PIN pad: set the PIN");
        }
        onReader = true;
    }

    /** Whether the answer was that the PIN will be typed on the reader's pad. */
    public boolean isOnReader() {
        return onReader;
    }
}
