package io.github.schsm.card;

import io.github.schsm.PinStatus;
import io.github.schsm.SchsmException;
import org.jspecify.annotations.Nullable;

/**
 * Who knows the user PIN. The funnel asks when a command needs it and this authenticator's PIN is not verified on the
 * present connection: the first time, after a reset, after the card was out, after another program logged it out.
 *
 * <p>Called while the device is locked, from the thread that uses it. One object stands for one login: what another
 * authenticator verified does not count for this one.
 */
public interface Authenticator {
    /**
     * The user PIN.
     *
     * @param status its state; null if the device was not asked, because there was no reason to be careful
     * @return a copy that the funnel wipes after use; null if there is none, or the device refused it before
     * @throws SchsmException if asking for it failed
     */
    byte @Nullable [] pin(@Nullable PinStatus status) throws SchsmException;

    /** Whether the PIN may be sent although only one try is left. Say yes only if a person decided so just now. */
    default boolean mayUseLastTry() {
        return false;
    }

    /** The device accepted the PIN. */
    default void accepted() {}

    /**
     * The device refused the PIN. It must not be given out again by {@link #pin} as long as nobody entered it anew.
     *
     * @param triesLeft how often a PIN may still be tried, or -1 if the device did not say
     */
    default void refused(int triesLeft) {}
}
