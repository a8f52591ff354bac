// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.io.Serial;

/**
 * A function of a module answered something else than CKR_OK. Stays inside the bridge: programs get a typed exception of
 * {@code io.github.schsm} with a sentence and the same function and value.
 */
public final class CryptokiException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String function;
    private final long value;

    /**
     * An answer.
     *
     * @param function the function's name, e.g. {@code C_Sign}
     * @param value    the CKR_ value
     */
    public CryptokiException(String function, long value) {
        super(function + " answered " + Ckr.name(value));
        this.function = function;
        this.value = value;
    }

    /** An answer that the standard has. */
    public CryptokiException(String function, Ckr value) {
        this(function, value.value());
    }

    /** The function's name, e.g. {@code C_Sign}. */
    public String function() {
        return function;
    }

    /** The CKR_ value. */
    public long value() {
        return value;
    }

    /** What the value means. */
    public Ckr ckr() {
        return Ckr.of(value);
    }

    /** How much is lost. */
    public FailureScope scope() {
        return ckr().scope();
    }

    /** Whether it is this value. */
    public boolean is(Ckr other) {
        return value == other.value();
    }
}
