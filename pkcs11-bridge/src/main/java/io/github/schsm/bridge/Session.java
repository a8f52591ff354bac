package io.github.schsm.bridge;

import io.github.schsm.SchsmException;

/** A session of a token, borrowed for one function. */
final class Session {
    private final TokenLink link;
    private final Cryptoki module;
    private final long handle;
    private final long generation;
    private boolean mayRepeat;

    Session(TokenLink link, Cryptoki module, long handle, long generation, boolean mayRepeat) {
        this.link = link;
        this.module = module;
        this.handle = handle;
        this.generation = generation;
        this.mayRepeat = mayRepeat;
    }

    /** The module's functions. */
    Cryptoki module() {
        return module;
    }

    /** The session's handle. */
    long handle() {
        return handle;
    }

    /** Object handles that were found in another generation are stale. */
    long generation() {
        return generation;
    }

    /**
     * Says whether the function may be run again from its start if the session or the token gets lost under way. At
     * first it may if the session was borrowed for reading, and may not if for writing. Say no right before the first
     * call that changes something.
     */
    void mayRepeat(boolean allowed) {
        mayRepeat = allowed;
    }

    boolean mayRepeat() {
        return mayRepeat;
    }

    /**
     * Logs in for one operation with a key that wants that each time (CKA_ALWAYS_AUTHENTICATE): between the operation's
     * {@code …Init} and the rest of it.
     */
    void loginForKey() throws CryptokiException, SchsmException {
        link.loginForKey(this);
    }
}
