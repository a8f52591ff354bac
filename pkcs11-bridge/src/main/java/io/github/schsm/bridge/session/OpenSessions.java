// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.FailureScope;
import java.util.HashMap;
import java.util.Map;

/**
 * The sessions that this JVM has open with a module. Modules give the number of a session that is gone to the next one,
 * so what is closed is looked at first: it may be another user's by now.
 */
final class OpenSessions {
    private final Cryptoki module;
    private final Map<Long, Long> tickets = new HashMap<>();
    private long last;

    /**
     * An open session.
     *
     * @param ticket tells it from earlier ones with the same handle
     */
    record Opened(long handle, boolean readWrite, long ticket) {}

    OpenSessions(Cryptoki module) {
        this.module = module;
    }

    synchronized Opened open(long slot, boolean readWrite) throws CryptokiException {
        long handle = module.openSession(slot, readWrite);
        tickets.put(handle, ++last);
        return new Opened(handle, readWrite, last);
    }

    /** Closes a session, unless its number is another one's by now. */
    synchronized void close(Opened session) {
        if (tickets.remove(session.handle(), session.ticket()) && !isClosed(session.handle())) {
            isClosed(session.handle());
        }
    }

    /** Returns whether the session is gone; once more does no harm where it is not clear. */
    private boolean isClosed(long handle) {
        try {
            module.closeSession(handle);
            return true;
        } catch (CryptokiException refused) {
            return refused.scope() == FailureScope.SESSION || refused.scope() == FailureScope.MODULE;
        }
    }

    /** The module was initialized again. */
    synchronized void forgetAll() {
        tickets.clear();
    }
}
