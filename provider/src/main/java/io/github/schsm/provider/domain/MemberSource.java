// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory.Found;
import java.util.List;

/** Where the members of a domain are looked for. */
public interface MemberSource {
    /**
     * Every place for a token, and what is in it.
     *
     * @throws SchsmException if no place can be looked into
     */
    List<Found> look() throws SchsmException;

    /**
     * A token by the name that the configuration has for it; the same object each time for the same token.
     *
     * @throws TokenNotPresentException if it is not there
     * @throws SchsmException           if it cannot be looked for
     */
    Token find(String deviceId) throws SchsmException;
}
