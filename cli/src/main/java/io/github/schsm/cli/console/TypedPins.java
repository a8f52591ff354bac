// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The user PINs that were typed in one session and that devices accepted: one entry a device, in memory only. */
public final class TypedPins {
    private final Map<String, char[]> pins = new HashMap<>();

    /** A copy of a device's PIN, the caller's to wipe; null if there is none. */
    synchronized char @Nullable [] get(String device) {
        char[] pin = pins.get(device);
        return pin == null ? null : pin.clone();
    }

    /** Keeps a copy of a PIN that the device has accepted. */
    synchronized void keep(String device, char[] pin) {
        forget(device);
        pins.put(device, pin.clone());
    }

    synchronized void forget(String device) {
        char[] pin = pins.remove(device);
        if (pin != null) {
            Arrays.fill(pin, '\0');
        }
    }

    /** Wipes all of them; returns whether there were any. */
    public synchronized boolean forgetAll() {
        boolean any = !pins.isEmpty();
        pins.values().forEach(pin -> Arrays.fill(pin, '\0'));
        pins.clear();
        return any;
    }
}
