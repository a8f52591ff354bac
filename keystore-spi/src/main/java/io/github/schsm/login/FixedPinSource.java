// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.callback.PinRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A PIN that a program gave. */
public final class FixedPinSource implements PinSource {
    private final char[] pin;

    /** @param pin copied, and the copy wiped by {@link #destroy} */
    public FixedPinSource(char[] pin) {
        this.pin = pin.clone();
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
