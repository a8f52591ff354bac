package io.github.schsm.simulator;

import java.security.MessageDigest;

/**
 * A PIN with its retry counter. The counter falls with every wrong try and is part of the device's state, which is
 * kept before the answer goes out: pulling the plug does not give a try back.
 */
final class Pin {
    static final int USER_REFERENCE = 0x81;
    static final int SO_REFERENCE = 0x88;
    static final int USER_MIN = 6;
    static final int USER_MAX = 16;
    static final int SO_LENGTH = 8;
    static final int SO_TRIES = 15;
    static final int SESSION_LENGTH = 8;

    private byte[] value;
    private int tries;
    private int left;
    private boolean transport;
    private final Runnable changed;

    Pin(byte[] value, int tries, int left, boolean transport, Runnable changed) {
        this.value = value.clone();
        this.tries = tries;
        this.left = left;
        this.transport = transport;
        this.changed = changed;
    }

    /** The most tries that a user PIN of this length may have. */
    static int maxTries(int length) {
        return switch (length) {
            case 6 -> 3;
            case 7 -> 5;
            default -> 10;
        };
    }

    static boolean isUserLength(int length) {
        return length >= USER_MIN && length <= USER_MAX;
    }

    byte[] value() {
        return value.clone();
    }

    int length() {
        return value.length;
    }

    int tries() {
        return tries;
    }

    int left() {
        return left;
    }

    /** Whether it has to be changed before it can be used. */
    boolean isTransport() {
        return transport;
    }

    boolean isBlocked() {
        return left == 0;
    }

    /** 63Cx, or 6983 when no tries are left. */
    int status() {
        return isBlocked() ? Sw.PIN_BLOCKED : Sw.WRONG_PIN | left;
    }

    /** @throws Refusal with 63Cx for a wrong value, with 6983 if no tries are left (now) */
    void verify(byte[] candidate) throws Refusal {
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
    void unblock() {
        if (left != tries) {
            left = tries;
            changed.run();
        }
    }

    /**
     * Sets a new value with all tries; it is no transport PIN any more.
     *
     * @param maxTries the most tries that the new value may have
     */
    void change(byte[] newValue, int maxTries) {
        transport = false;
        replace(newValue, maxTries);
    }

    /** The same, but a transport PIN remains one: what the security officer may do. */
    void replace(byte[] newValue, int maxTries) {
        value = newValue.clone();
        tries = Math.min(tries, maxTries);
        left = tries;
        changed.run();
    }
}
