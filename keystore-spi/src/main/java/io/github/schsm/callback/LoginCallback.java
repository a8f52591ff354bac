// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.callback;

import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.util.Objects;
import java.util.OptionalInt;
import javax.security.auth.callback.TextOutputCallback;

/**
 * How a login ended: told after the device has looked at the PIN. The message is for people. A handler that does not
 * know it may throw {@link javax.security.auth.callback.UnsupportedCallbackException}.
 */
public final class LoginCallback extends TextOutputCallback {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String deviceId;
    private final boolean accepted;
    private final int triesLeft;

    private LoginCallback(int type, String message, String deviceId, boolean accepted, int triesLeft) {
        super(type, PrintableText.of(message));
        this.deviceId = Objects.requireNonNull(deviceId, "deviceId");
        this.accepted = accepted;
        this.triesLeft = triesLeft;
    }

    /** The device accepted the PIN. */
    public static LoginCallback accepted(String deviceId) {
        return new LoginCallback(INFORMATION, "Device " + deviceId + " accepted the PIN.", deviceId, true, -1);
    }

    /**
     * The device refused the PIN.
     *
     * @param triesLeft how often a PIN may still be tried; 0 if it is blocked now, -1 if the device did not say
     */
    public static LoginCallback refused(String deviceId, int triesLeft) {
        String left = switch (triesLeft) {
            case -1 -> ".";
            case 0 -> "; the PIN is blocked now, only the SO-PIN can unblock it.";
            case 1 -> "; 1 try is left before it is blocked.";
            default -> "; " + triesLeft + " tries are left before it is blocked.";
        };
        return new LoginCallback(
                triesLeft == 0 ? ERROR : WARNING,
                "Device " + deviceId + " refused the PIN" + left,
                deviceId,
                false,
                triesLeft);
    }

    /** The device. */
    public String deviceId() {
        return deviceId;
    }

    /** Whether the device accepted the PIN. */
    public boolean isAccepted() {
        return accepted;
    }

    /** How often a PIN may still be tried; empty after a success, and where the device does not say. */
    public OptionalInt triesLeft() {
        return triesLeft < 0 ? OptionalInt.empty() : OptionalInt.of(triesLeft);
    }
}
