// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.login.PinSource;
import org.jspecify.annotations.Nullable;

/** A token's login: its contents are read again, the user PIN is verified and forgotten. */
public interface TokenSession {
    /**
     * Reads the token again: what another program made, deleted or replaced is seen from the next use on. With a
     * source the user PIN is verified as well, and the source kept for when it has to be verified again; if it is
     * refused, a source that was accepted before stays. A source that asks somebody is not used while the PIN is verified.
     *
     * @param pin where the PIN comes from; null for the public view
     * @throws PinException   if the PIN is wrong, blocked, or there is none
     * @throws SchsmException if the token is not there
     */
    void load(@Nullable PinSource pin) throws SchsmException;

    /**
     * Verifies the user PIN now, and keeps the source for when it has to be verified again.
     *
     * @throws PinException   if the PIN is wrong, blocked, or there is none
     * @throws SchsmException if the token is not there
     */
    void login(PinSource pin) throws SchsmException;

    /**
     * Whether the user PIN is verified by a login of this object.
     *
     * @throws SchsmException if the token cannot be asked
     */
    boolean isLoggedIn() throws SchsmException;

    /** Keeps the source for when the PIN is first needed, unless there is one already; nothing is verified now. */
    void useWhenNeeded(PinSource pin);

    /**
     * Forgets the PIN and ends the authenticated state.
     *
     * @throws SchsmException if the token cannot be reached
     */
    void logout() throws SchsmException;
}
