// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.Cvc;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The places for public keys whose holders may authenticate to the device (docs/protocol.md#public-key-authentication).
 * How many there are and how many of them have to authenticate is set for good when the device is initialized; keys
 * fill the places one after the other.
 */
public final class RegisteredKeys {
    /** More than hosts ask for. */
    public static final int MAX = 90;

    private static final int FOOTPRINT = 16;

    private final int required;
    private final @Nullable Cvc[] keys;

    /** @param total none, without public key authentication */
    public RegisteredKeys(int required, int total) {
        this.required = required;
        this.keys = new Cvc[total];
    }

    public static RegisteredKeys none() {
        return new RegisteredKeys(0, 0);
    }

    /** Whether the device was initialized with public key authentication. */
    public boolean isUsed() {
        return keys.length != 0;
    }

    public int required() {
        return required;
    }

    public int total() {
        return keys.length;
    }

    public int missing() {
        return (int) Arrays.stream(keys).filter(key -> key == null).count();
    }

    /** The authenticated request of a key; empty for a free place. */
    public Optional<Cvc> key(int index) {
        return Optional.ofNullable(keys[index]);
    }

    public void set(int index, Cvc key) {
        keys[index] = key;
    }

    /** The first free place; empty if there is none. */
    public Optional<Integer> free() {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == null) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /** Where this very public key is registered. */
    public Optional<Integer> indexOf(Cvc key) {
        for (int i = 0; i < keys.length; i++) {
            Cvc present = keys[i];
            if (present != null && Arrays.equals(present.publicPoint(), key.publicPoint())) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    int footprint() {
        int used = 0;
        for (Cvc key : keys) {
            used += FOOTPRINT + (key == null ? 0 : key.publicPoint().length);
        }
        return used;
    }
}
