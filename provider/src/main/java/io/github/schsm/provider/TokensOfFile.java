// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.AliasPatterns;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.keystore.TokenFinder;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a key store file means. Files that differ only in what they show have them in common.
 *
 * @param tokens       the tokens under its configuration
 * @param shownAliases which aliases the file shows
 */
record TokensOfFile(Tokens tokens, AliasPatterns shownAliases) implements TokenFinder {
    @Override
    public Token find(@Nullable String deviceId) throws SchsmException {
        return tokens.find(deviceId);
    }

    @Override
    public Token own(Token known) throws SchsmException {
        return tokens.own(known);
    }

    @Override
    public TokenFinder under(SchsmConfiguration configuration) throws SchsmException {
        return tokens.under(configuration);
    }

    @Override
    public boolean isConfigured(SchsmConfiguration unchecked) {
        return tokens.isConfigured(unchecked);
    }

    @Override
    public Optional<PinSource> configuredPin() {
        return tokens.configuredPin();
    }

    @Override
    public void requirePossible(char[] password) throws InvalidRequestException {
        tokens.requirePossible(password);
    }

    @Override
    public PinSource password(char[] password) {
        return tokens.password(password);
    }

    @Override
    public PinSource callback(CallbackHandler handler) {
        return tokens.callback(handler);
    }

    @Override
    public PinSource present() throws ConfigurationException {
        return tokens.present();
    }

    @Override
    public boolean isDkekConfigured() {
        return tokens.isDkekConfigured();
    }

    @Override
    public byte[] configuredDkek() throws SchsmException {
        return tokens.configuredDkek();
    }
}
