package io.github.schsm;

import org.jspecify.annotations.Nullable;

/**
 * Where a PIN comes from when a device wants one: a password that a program gave, a callback, the environment, a
 * file, a prompt.
 */
public interface PinSource {
    /**
     * Gets the PIN. The device is locked until the answer is there.
     *
     * @param tokenId  the device that wants it
     * @param lastTry  whether a wrong PIN now would block it: somebody who is asked should be told
     * @return the PIN, which the caller wipes; null if there is none
     * @throws SchsmException if the source cannot be used
     */
    char @Nullable [] pin(String tokenId, boolean lastTry) throws SchsmException;

    /** Whether somebody is asked, so that a refused PIN may be asked for again. */
    boolean isInteractive();

    /** Forgets and wipes what the source holds. */
    default void destroy() {}
}
