// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.login.TokenAuthenticator;
import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * A SmartCard-HSM that two backends use at once, under one login. Its security state is the card's and not the
 * connection's: what one of them selects logs the other one out, and what one of them verifies counts for both.
 */
public interface SharedCard extends Token {
    /** What is done with the card. */
    @FunctionalInterface
    interface Use<T> {
        /** Uses the card, by the methods of {@link Token}. */
        T apply() throws SchsmException;
    }

    /**
     * What is known of a key, its public half from elsewhere: the card is asked for the key's attributes only.
     *
     * @throws SchsmException if they cannot be read
     */
    KeyDetails details(TokenKey key, PublicKey publicKey) throws SchsmException;

    /**
     * A number that no key on the card has, and no description or certificate that a key left behind.
     *
     * @throws SchsmException if it cannot be found out, or all are taken
     */
    int freeKeyId() throws SchsmException;

    /** How often the card was connected to: if it grows, the card was out, or reset, in between. */
    long connections();

    /**
     * Uses the card in one transaction, under somebody else's login, and leaves it logged in as that login found it:
     * the one who verified the PIN on the other side notices nothing. Not so after the card was out, if somebody is
     * asked for the PIN: then that person must be asked again.
     *
     * @param login who knows the PIN, the caller's to destroy; null leaves the login as it is
     * @param use   called once; may be empty to verify the PIN only
     * @throws SchsmException what the use throws, or that the card cannot be reached
     */
    <T> T within(@Nullable TokenAuthenticator login, Use<T> use) throws SchsmException;
}
