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
        super(function + " answered " + ReturnValue.name(value));
        this.function = function;
        this.value = value;
    }

    /** The function's name, e.g. {@code C_Sign}. */
    public String function() {
        return function;
    }

    /** The CKR_ value. */
    public long value() {
        return value;
    }

    /** Whether it is this CKR_ value. */
    public boolean is(long returnValue) {
        return value == returnValue;
    }
}
