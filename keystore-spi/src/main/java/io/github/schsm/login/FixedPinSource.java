// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.callback.PinRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A PIN that a program gave. */
public final class FixedPinSource implements PinSource {
    private final char[] pin;
    private final boolean stored;

    /** @param pin copied, and the copy wiped by {@link #destroy} */
    public FixedPinSource(char[] pin) {
        this(pin, false);
    }

    /**
     * One that may lie somewhere.
     *
     * @param pin    copied, and the copy wiped by {@link #destroy}
     * @param stored as {@link #isStored} says
     */
    FixedPinSource(char[] pin, boolean stored) {
        this.pin = pin.clone();
        this.stored = stored;
    }

    @Override
    public boolean isStored() {
        return stored;
    }

    @Override
    public char @Nullable [] pin(PinRequest request) {
        return pin.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(pin, '\0');
    }
}
