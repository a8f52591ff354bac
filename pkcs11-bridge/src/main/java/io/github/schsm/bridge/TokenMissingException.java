package io.github.schsm.bridge;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The token is in none of the module's slots. Stays inside: callers may have the module initialized anew and look again. */
final class TokenMissingException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean moduleLost;

    /**
     * A token that was not found.
     *
     * @param moduleLost whether the module may have lost its other side: it has no slots at all, or cannot list them
     */
    TokenMissingException(boolean moduleLost, @Nullable CryptokiException cause) {
        super("no slot has the token", cause);
        this.moduleLost = moduleLost;
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
