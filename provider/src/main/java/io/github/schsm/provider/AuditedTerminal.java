// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.SchsmException;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.provider.audit.AuditedToken;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory.Found;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens at a terminal, each with the audit log before it: here every token passes that a program, a key store, a
 * command or a domain gets, whatever is behind it.
 */
final class AuditedTerminal implements TerminalTokens {
    private final TerminalTokens terminal;
    private final AuditLog log;

    /** The same object each time for the same token. */
    private final IdentityHashMap<Token, Token> audited = new IdentityHashMap<>();

    AuditedTerminal(TerminalTokens terminal, AuditLog log) {
        this.terminal = terminal;
        this.log = log;
    }

    @Override
    public List<Found> list() throws SchsmException {
        List<Found> listed = new ArrayList<>();
        for (Found found : terminal.list()) {
            Token token = found.token();
            listed.add(token == null ? found : new Found(found.reader(), audited(token), found.problem()));
        }
        return listed;
    }

    @Override
    public Token find(@Nullable String deviceId) throws SchsmException {
        return audited(terminal.find(deviceId));
    }

    @Override
    public Optional<Token> same(Token known) throws SchsmException {
        return terminal.same(known).map(this::audited);
    }

    private synchronized Token audited(Token token) {
        return audited.computeIfAbsent(token, found -> new AuditedToken(found, log));
    }

    @Override
    public void close() {
        terminal.close();
    }
}
