// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;

/** A session of a token, borrowed for one function. */
public final class Session {
    private static final long NO_MECHANISM = -1;

    private final TokenLink link;
    private final Cryptoki module;
    private final long handle;
    private final long generation;
    private final boolean user;
    private boolean mayRepeat;
    private String about = "";
    private long mechanism = NO_MECHANISM;

    Session(TokenLink link, long handle, long generation, boolean user, boolean mayRepeat) {
        this.link = link;
        this.module = link.module().cryptoki();
        this.handle = handle;
        this.generation = generation;
        this.user = user;
        this.mayRepeat = mayRepeat;
    }

    /** The module's functions. */
    public Cryptoki module() {
        return module;
    }

    /** The session's handle. */
    public long handle() {
        return handle;
    }

    /** Object handles that were found in another generation are stale. */
    public long generation() {
        return generation;
    }

    /**
     * Whether the module says now that the user is logged in, who sees more than others.
     *
     * @throws CryptokiException also if nobody is, although the session was lent because the user is: the login went
     *                           unnoticed, and what is seen without it must not be taken for all there is
     */
    public boolean isUser() throws CryptokiException {
        boolean now = SessionRunner.isUser(module.sessionState(handle));
        if (user && !now) {
            throw new CryptokiException("C_GetSessionInfo", Ckr.USER_NOT_LOGGED_IN);
        }
        return now;
    }

    /**
     * Says whether the function may be run again from its start if the session or the token gets lost under way. At
     * first it may if the session was borrowed for reading, and may not if for writing. Say no right before the first
     * call that changes something.
     */
    public void mayRepeat(boolean allowed) {
        mayRepeat = allowed;
    }

    public boolean mayRepeat() {
        return mayRepeat;
    }

    /**
     * Says what comes next, for the sentence if the module refuses it.
     *
     * @param what e.g. {@code "signing with key 'x'"}
     */
    public void about(String what) {
        about = what;
        mechanism = NO_MECHANISM;
    }

    /**
     * Says what comes next, for the sentence if the module refuses it.
     *
     * @param what      e.g. {@code "signing with key 'x'"}
     * @param mechanism CKM_ value
     */
    public void about(String what, long mechanism) {
        about(what);
        this.mechanism = mechanism;
    }

    /** Made only when it is wanted: names of mechanisms are not needed to use them. */
    String about() {
        return mechanism == NO_MECHANISM ? about : about + " by " + Ck.mechanism(mechanism);
    }

    /**
     * Refuses to go on if the token wants a login and this link has none that is in force, even if another link of the
     * same token has: the module itself does not tell them apart.
     *
     * @throws io.github.schsm.PinRequiredException if there is none
     */
    public void requireLogin() throws CryptokiException, SchsmException {
        link.requireLogin();
    }

    /**
     * Logs in for one operation with a key that wants that each time (CKA_ALWAYS_AUTHENTICATE): between the operation's
     * {@code …Init} and the rest of it.
     *
     * @throws io.github.schsm.PinException if the PIN is wrong, blocked, or there is none
     */
    public void loginForKey() throws CryptokiException, SchsmException {
        link.loginForKey(this);
    }
}
