// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.login.TokenAuthenticator;

/** What a session is needed for. */
public enum SessionAccess {
    /** What everybody may see. */
    PUBLIC(false, false),
    /** What may be seen: the user is logged in first if that was done before, and private objects were seen then. */
    VIEW(false, false),
    /** What everybody may write, or a session to log in with otherwise. */
    PUBLIC_WRITE(false, true),
    /** Private objects and keys: the user is logged in first, if there is a login. */
    USER(true, false),
    /** Writing private objects: the user is logged in first, if there is a login. */
    USER_WRITE(true, true);

    private final boolean user;
    private final boolean write;

    SessionAccess(boolean user, boolean write) {
        this.user = user;
        this.write = write;
    }

    /** Whether the user is logged in first. */
    public boolean user() {
        return user;
    }

    /** Whether a login has to be in force first. */
    boolean needs(TokenAuthenticator login) {
        return user || (this == VIEW && login.wasAccepted());
    }

    /** Whether the session is a read-write one. */
    boolean write() {
        return write;
    }
}
