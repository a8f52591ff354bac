// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.bridge.cryptoki.CryptokiException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The token is in none of the module's slots. Stays inside: callers may have the module initialized again and look
 * again.
 */
final class TokenMissingException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean moduleLost;
    private final boolean oneOfSeveral;

    private TokenMissingException(
            String message, boolean moduleLost, boolean oneOfSeveral, @Nullable CryptokiException cause) {
        super(message, cause);
        this.moduleLost = moduleLost;
        this.oneOfSeveral = oneOfSeveral;
    }

    /**
     * A token that was not found.
     *
     * @param moduleLost whether the module may have lost its other side: it has no slots at all, or cannot list them
     */
    TokenMissingException(boolean moduleLost, @Nullable CryptokiException cause) {
        this("no slot has the token", moduleLost, false, cause);
    }

    /** It is not where it was, and several others say the same of themselves. */
    static TokenMissingException oneOfSeveral() {
        return new TokenMissingException("several slots have such a token", false, true, null);
    }

    /** Whether several tokens may be the one. */
    boolean isOneOfSeveral() {
        return oneOfSeveral;
    }

    /** Whether the module may have lost its other side. */
    boolean isModuleLost() {
        return moduleLost;
    }

    /** What listing the slots answered, if it failed. */
    @Nullable
    CryptokiException answer() {
        return getCause() instanceof CryptokiException refused ? refused : null;
    }
}
