// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.AliasPatterns;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/** What key stores and generators ask of the configuration they were made under. */
public interface TokenFinder {
    /**
     * The token that is meant.
     *
     * @param deviceId its id; null where the configuration decides
     * @throws SchsmException if it is not there, or several are and none was chosen
     */
    Token find(@Nullable String deviceId) throws SchsmException;

    /**
     * This provider's object for a token that a program has from another one.
     *
     * @throws SchsmException if the configuration leaves it out, or it is not there
     */
    Token own(Token known) throws SchsmException;

    /**
     * The same under another configuration: what has it already finds these very tokens, with their logins. Opens nothing.
     *
     * @throws SchsmException if the provider was closed
     */
    TokenFinder under(SchsmConfiguration configuration) throws SchsmException;

    /**
     * Whether this provider or a registered one is configured so, or a key store of this provider was opened so by a file whose
     * type was named; except for what key stores show.
     *
     * @param unchecked a configuration whose values need not be checked
     */
    boolean isConfigured(SchsmConfiguration unchecked);

    /** Which aliases key stores show. */
    AliasPatterns shownAliases();

    /** The PIN source that the configuration names. */
    Optional<PinSource> configuredPin();

    /**
     * Refuses a password that cannot be a PIN of any token that is found here, before it is looked for.
     *
     * @throws InvalidRequestException if its length is wrong or a character was damaged
     */
    void requirePossible(char[] password) throws InvalidRequestException;

    /** A PIN source that is a password; it copies it. */
    PinSource password(char[] password);

    /** A PIN source that asks a callback handler and, if that has no answer, takes what the configuration names. */
    PinSource callback(CallbackHandler handler);

    /**
     * The PIN source where a program gives none: the handler that the provider has, else what the configuration names.
     *
     * @throws ConfigurationException if there is neither
     */
    PinSource present() throws ConfigurationException;

    /** Whether the configuration names the shares of a DKEK, under which software keys are imported. */
    default boolean isDkekConfigured() {
        return false;
    }

    /**
     * The DKEK that the configured shares make; asks for their passwords where the configuration says so.
     *
     * @return 32 bytes; the caller's to wipe
     * @throws SchsmException if a share cannot be read or opened
     */
    default byte[] configuredDkek() throws SchsmException {
        throw new ConfigurationException("the configuration names no shares of a DKEK: dkek = file:…");
    }
}
