package io.github.schsm;

/**
 * The state of a PIN.
 *
 * @param state     what it is
 * @param triesLeft how often it may be tried before it is blocked; -1 if the device does not say
 */
public record PinStatus(State state, int triesLeft) {
    /** The states a PIN can be in. */
    public enum State {
        /** Verified since the last reset or selection of the applet. */
        VERIFIED,
        /** Not verified. */
        NOT_VERIFIED,
        /** Not verified, and no tries are left. */
        BLOCKED,
        /** Has to be changed before anything else. */
        TRANSPORT,
        /** The device was never initialized: there is no PIN. */
        NOT_INITIALIZED,
        /** The device was initialized without a PIN: registered keys take its place (public key authentication). */
        KEYS_INSTEAD
    }
}
