// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tokens of a source that speaks to them itself, as far as the configuration means them. */
final class ExternalTokens implements TerminalTokens {
    private final Directory directory;
    private final SchsmConfiguration configuration;

    ExternalTokens(Directory directory, SchsmConfiguration configuration) {
        this.directory = directory;
        this.configuration = configuration;
    }

    @Override
    public List<Directory.Found> list() throws SchsmException {
        return directory.list();
    }

    /** The source alone knows what a device may be called: a program's name and a configured one may mean the same. */
    @Override
    public Token find(@Nullable String deviceId) throws SchsmException {
        List<String> configured = configuration.devices();
        if (configured.isEmpty()) {
            return directory.find(deviceId);
        }
        Map<Token, String> meant = new LinkedHashMap<>();
        List<TokenNotPresentException> absent = new ArrayList<>();
        for (String one : configured) {
            try {
                meant.putIfAbsent(directory.find(one), one);
            } catch (TokenNotPresentException notNow) {
                absent.add(notNow);
            }
        }
        if (deviceId != null) {
            Token wanted = directory.find(deviceId);
            if (!meant.containsKey(wanted)) {
                configuration.requireConfigured(deviceId);
            }
            return wanted;
        }
        if (meant.isEmpty()) {
            TokenNotPresentException first = absent.get(0);
            absent.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
        if (meant.size() > 1) {
            throw configuration.several(meant.values());
        }
        return meant.keySet().iterator().next();
    }

    @Override
    public Optional<Token> same(Token known) {
        return Optional.empty();
    }

    @Override
    public void close() {
        directory.close();
    }
}
