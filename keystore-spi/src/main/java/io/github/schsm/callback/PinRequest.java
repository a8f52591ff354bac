// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.callback;

import io.github.schsm.codec.PrintableText;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What is known when a device asks for its user PIN, for the person who is asked. Where nobody is asked, because a
 * program gave the PIN with its call, only the device and the reader are known: asking for more would cost commands.
 *
 * @param deviceId  the device that wants it, e.g. {@code DECC0401002}
 * @param label     the token's label; empty if it has none or was not read
 * @param reader    the PC/SC name of the reader that the device is in; empty for a token that says none
 * @param triesLeft how often a PIN may still be tried before it is blocked; empty if that was not asked, or the device
 *                  does not say
 * @param transport whether the PIN is a transport PIN, which has to be changed before anything else
 * @param pinPad    whether the reader has a PIN pad on which it can be entered
 */
public record PinRequest(
        String deviceId, String label, String reader, OptionalInt triesLeft, boolean transport, boolean pinPad) {
    /** Refuses nulls. */
    public PinRequest {
        Objects.requireNonNull(deviceId, "deviceId");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(reader, "reader");
        Objects.requireNonNull(triesLeft, "triesLeft");
    }

    /** Whether a wrong PIN now would block it: the person who is asked must be told. */
    public boolean isLastTry() {
        return triesLeft.isPresent() && triesLeft.getAsInt() == 1;
    }

    /** The device as people know it: label and id, shown as {@link PrintableText}. */
    public String device() {
        return PrintableText.of(label.isBlank() ? deviceId : label + " (" + deviceId + ")");
    }

    /** The question to ask, without its end: whose PIN, and how many tries are left if they are few. */
    public String question() {
        String whose = (transport ? "Transport PIN of " : "PIN of ") + device();
        if (triesLeft.isEmpty()) {
            return whose;
        }
        int tries = triesLeft.getAsInt();
        return whose + (tries == 1 ? " (last try before it is blocked)" : " (" + tries + " tries left)");
    }
}
