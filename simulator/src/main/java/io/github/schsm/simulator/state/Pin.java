// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import java.security.MessageDigest;

/**
 * A PIN with its retry counter. The counter falls with every wrong try and is part of the device's state, which is
 * kept before the answer goes out: pulling the plug does not give a try back.
 */
public final class Pin {
    public static final int USER_REFERENCE = 0x81;
    public static final int SO_REFERENCE = 0x88;
    public static final int USER_MIN = 6;
    public static final int USER_MAX = 16;
    public static final int SO_LENGTH = 8;
    public static final int SO_TRIES = 15;
    public static final int SESSION_LENGTH = 8;

    private byte[] value;
    private int tries;
    private int left;
    private boolean transport;
    private final Runnable changed;

    public Pin(byte[] value, int tries, int left, boolean transport, Runnable changed) {
        this.value = value.clone();
        this.tries = tries;
        this.left = left;
        this.transport = transport;
        this.changed = changed;
    }

    /** The most tries that a user PIN of this length may have. */
    public static int maxTries(int length) {
        return switch (length) {
            case 6 -> 3;
            case 7 -> 5;
            default -> 10;
        };
    }

    public static boolean isUserLength(int length) {
        return length >= USER_MIN && length <= USER_MAX;
    }

    byte[] value() {
        return value.clone();
    }

    public int length() {
        return value.length;
    }

    int tries() {
        return tries;
    }

    int left() {
        return left;
    }

    /** Whether it has to be changed before it can be used. */
    public boolean isTransport() {
        return transport;
    }

    public boolean isBlocked() {
        return left == 0;
    }

    /** 63Cx, or 6983 when no tries are left. */
    public int status() {
        return isBlocked() ? Sw.PIN_BLOCKED : Sw.WRONG_PIN | left;
    }

    /**
     * Compares a value, which costs a try if it is wrong.
     *
     * @throws Refusal with 63Cx for a wrong value, with 6983 if no tries are left (now)
     */
    public void verify(byte[] candidate) throws Refusal {
        if (isBlocked()) {
            throw new Refusal(Sw.PIN_BLOCKED);
        }
        if (!MessageDigest.isEqual(value, candidate)) {
            left--;
            changed.run();
            throw new Refusal(status());
        }
        unblock();
    }

    /** All tries again. */
    public void unblock() {
        if (left != tries) {
            left = tries;
            changed.run();
        }
    }

    /**
     * Sets a new value with all tries; it is no longer a transport PIN.
     *
     * @param maxTries the most tries that the new value may have
     */
    public void change(byte[] newValue, int maxTries) {
        transport = false;
        replace(newValue, maxTries);
    }

    /** The same, but a transport PIN remains one: what the security officer may do. */
    public void replace(byte[] newValue, int maxTries) {
        value = newValue.clone();
        tries = Math.min(tries, maxTries);
        left = tries;
        changed.run();
    }
}
