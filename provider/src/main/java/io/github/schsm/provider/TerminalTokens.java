// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.provider.card.CardTokens;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The tokens at one terminal, however they are reached. */
interface TerminalTokens {
    /** Every place that the configuration lets us look into, and what is in it. */
    List<TokenSource.Directory.Found> list() throws SchsmException;

    /**
     * A token.
     *
     * @param deviceId null for the one that the configuration means
     * @throws TokenNotPresentException if it is not there
     */
    Token find(@Nullable String deviceId) throws SchsmException;

    /** The object here for a token that a program has from another provider. */
    Optional<Token> same(Token known) throws SchsmException;

    /** Logs out and gives back what was opened. */
    void close();

    /**
     * SmartCard-HSMs in readers.
     *
     * @param opened what has to be given back as well; null if nothing has
     */
    record Readers(CardTokens cards, TokenSource.@Nullable Opened opened) implements TerminalTokens {
        /** How long a logout may take, and again how long it may take to end after the lines have. */
        private static final Duration MOST = Duration.ofSeconds(5);

        @Override
        public List<TokenSource.Directory.Found> list() throws SchsmException {
            return cards.list();
        }

        @Override
        public Token find(@Nullable String deviceId) throws SchsmException {
            return deviceId == null ? cards.find() : cards.find(deviceId);
        }

        @Override
        public Optional<Token> same(Token known) throws SchsmException {
            return cards.same(known);
        }

        @Override
        public void close() {
            if (opened instanceof TokenSource.Terminals terminals && terminals.remote()) {
                closeRemote(terminals);
                return;
            }
            cards.close();
            if (opened != null) {
                opened.close();
            }
        }

        /** A device whose line is dead would keep everybody waiting: after a while the lines end without a logout. */
        private void closeRemote(TokenSource.Terminals terminals) {
            Thread logout = new Thread(cards::close, "schsm-logout");
            logout.setDaemon(true);
            logout.start();
            awaitEnd(logout);
            terminals.close();
            awaitEnd(logout);
        }

        private static void awaitEnd(Thread logout) {
            long until = System.nanoTime() + MOST.toNanos();
            boolean interrupted = false;
            while (logout.isAlive() && System.nanoTime() < until) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(logout, until - System.nanoTime());
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
