package io.github.schsm.bridge.session;

import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.ReturnValue;

/** What an answer of a module says is lost, and has to be got anew before the next use. */
public enum FailureScope {
    /** Nothing: it is about what was asked. */
    NOTHING,
    /** An operation was left over in the session, which is of no use any more. */
    OPERATION,
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

    public static FailureScope of(CryptokiException refused) {
        long value = refused.value();
        if (value == ReturnValue.SESSION_HANDLE_INVALID || value == ReturnValue.SESSION_CLOSED) {
            return SESSION;
        }
        if (value == ReturnValue.OPERATION_ACTIVE) {
            return OPERATION;
        }
        if (value == ReturnValue.USER_NOT_LOGGED_IN) {
            return LOGIN;
        }
        if (value == ReturnValue.DEVICE_REMOVED
                || value == ReturnValue.TOKEN_NOT_PRESENT
                || value == ReturnValue.TOKEN_NOT_RECOGNIZED
                || value == ReturnValue.SLOT_ID_INVALID) {
            return TOKEN;
        }
        if (value == ReturnValue.CRYPTOKI_NOT_INITIALIZED) {
            return MODULE;
        }
        if (value == ReturnValue.GENERAL_ERROR
                || value == ReturnValue.FUNCTION_FAILED
                || value == ReturnValue.DEVICE_ERROR) {
            return UNCLEAR;
        }
        return NOTHING;
    }

    /** Whether the token or the whole module may be out of reach. */
    public boolean maybeGone() {
        return this == TOKEN || this == MODULE || this == UNCLEAR;
    }
}
