// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.SecretBytes;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The login that one token object keeps for when the PIN has to be verified, the first time or again. One that another
 * takes the place of is wiped, unless another backend lent it, whose it stays.
 */
public final class KeptLogin {
    private final Supplier<String> tokenId;
    private final Supplier<SecretBytes.Rule> rule;
    private volatile @Nullable TokenAuthenticator present;
    private boolean lent;
    private boolean closed;

    /**
     * Nobody's login yet.
     *
     * @param tokenId what people are told that the token is called
     * @param rule    how long its PINs are, asked for when there is one
     */
    public KeptLogin(Supplier<String> tokenId, Supplier<SecretBytes.Rule> rule) {
        this.tokenId = tokenId;
        this.rule = rule;
    }

    /** Verifies a PIN. */
    @FunctionalInterface
    public interface Attempt {
        /** Logs in. */
        void run(TokenAuthenticator login) throws SchsmException;
    }

    /** The present login; null if there is none. */
    public @Nullable TokenAuthenticator get() {
        return present;
    }

    /** Whether there is a login whose PIN the device accepted, and has not refused since. */
    public boolean wasAccepted() {
        TokenAuthenticator login = present;
        return login != null && login.wasAccepted();
    }

    /**
     * Logs in with a source that a program gives at this moment. It is kept if the device accepts its PIN; if not it is
     * wiped, and the login that was there before stays.
     */
    public void verify(PinSource pin, Attempt attempt) throws SchsmException {
        TokenAuthenticator login = new TokenAuthenticator(tokenId.get(), pin, true, rule);
        boolean accepted = false;
        try {
            attempt.run(login);
            accepted = true;
        } finally {
            if (!accepted) {
                login.destroy();
            }
        }
        destroy(exchange(login, false));
    }

    /** Keeps a source for when the PIN is first needed, unless there is a login already; nothing is verified now. */
    public void useWhenNeeded(PinSource pin) {
        if (!keep(new TokenAuthenticator(tokenId.get(), pin, false, rule))) {
            pin.destroy();
        }
    }

    /** Keeps a login unless there is one already; returns whether it did. */
    public synchronized boolean keep(TokenAuthenticator login) {
        if (present != null || closed) {
            return false;
        }
        present = login;
        return true;
    }

    /** The PIN was changed: if there is a login, the new one comes from this source when it is needed. */
    public void pinChanged(PinSource next) {
        if (present == null) {
            next.destroy();
            return;
        }
        destroy(exchange(new TokenAuthenticator(tokenId.get(), next, false, rule), false));
    }

    /** Forgets the login. */
    public void forget() {
        destroy(exchange(null, false));
    }

    /** Forgets the login, and keeps none from now on. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        forget();
    }

    /**
     * Uses the login that another backend keeps for the same device, and wipes by itself.
     *
     * @param login null gives it back
     */
    public void borrow(@Nullable TokenAuthenticator login) {
        TokenAuthenticator gone = null;
        synchronized (this) {
            if (login == null) {
                if (lent) {
                    exchange(null, false);
                }
            } else if (!closed && login != present) {
                login.lend();
                gone = exchange(login, true);
            }
        }
        destroy(gone);
    }

    /** Not under the lock: a login that is being asked for the PIN holds its own, and may come back here. */
    private static void destroy(@Nullable TokenAuthenticator gone) {
        if (gone != null) {
            gone.destroy();
        }
    }

    /** Returns what is to be wiped. */
    private synchronized @Nullable TokenAuthenticator exchange(@Nullable TokenAuthenticator login, boolean borrowed) {
        if (closed && login != null) {
            return login;
        }
        TokenAuthenticator gone = lent || present == login ? null : present;
        present = login;
        lent = borrowed;
        return gone;
    }
}
