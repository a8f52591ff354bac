// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

/** How much is lost when a module gives an answer, and has to be obtained again before the next use. */
public enum FailureScope {
    /** Nothing: the answer is about what was asked. */
    NOTHING,
    /** An operation was left over in the session, which is of no use any more. */
    OPERATION,
    /** An object is not there under that handle, and others may not be either. */
    OBJECT,
    /** Nobody is logged in. */
    LOGIN,
    /** The session is gone, and with it maybe all others. */
    SESSION,
    /** The token is not in that slot any more. */
    TOKEN,
    /** The module is not initialized, or does not reach whatever it speaks to. */
    MODULE,
    /** Anything, or nothing: the module does not say. Whether the token is still there tells. */
    UNCLEAR;

    /** Whether the token or the whole module may be out of reach. */
    public boolean maybeGone() {
        return this == TOKEN || this == MODULE || this == UNCLEAR;
    }
}
