// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.session.Session;
import io.github.schsm.bridge.session.SessionAccess;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes back what a change has left on the token when it fails. In a session of its own: that of the change may be gone,
 * and a module may have made an object without saying so, so that nobody knows its handle.
 */
final class Rollback {
    private final Pkcs11Token token;
    private final Template made;
    private final Set<Long> before = new HashSet<>();
    private long generation;
    private boolean pending;

    /**
     * A change to come.
     *
     * @param made what finds the objects that the change makes, and as few others as may be
     */
    Rollback(Pkcs11Token token, Template made) {
        this.token = token;
        this.made = made;
    }

    /** What may fail. */
    @FunctionalInterface
    interface Change<T> {
        /** Changes something, after it has called {@link Rollback#begin}. */
        T run() throws SchsmException;
    }

    /** Makes the change; if it fails after it began, and before it was done, what it left is deleted. */
    <T> T guard(Change<T> change) throws SchsmException {
        try {
            return change.run();
        } catch (SchsmException failed) {
            if (pending) {
                takeBack(failed);
            }
            throw failed;
        }
    }

    /** The change begins now: looks what is there already, and forbids that it is repeated. */
    void begin(Session session) throws CryptokiException {
        before.clear();
        before.addAll(session.module().find(session.handle(), made));
        generation = session.generation();
        session.mayRepeat(false);
        pending = true;
    }

    /** From here on a failure takes nothing back. */
    void done() {
        pending = false;
    }

    private void takeBack(SchsmException reason) {
        try {
            token.link().withSession(SessionAccess.USER_WRITE, session -> {
                for (long handle : session.module().find(session.handle(), made)) {
                    // Handles from before say nothing once the sessions were lost.
                    boolean old = before.contains(handle) || (!before.isEmpty() && session.generation() != generation);
                    if (!old) {
                        session.module().destroyObject(session.handle(), handle);
                    }
                }
                return true;
            });
        } catch (SchsmException alsoFailed) {
            reason.addSuppressed(alsoFailed);
        } finally {
            token.table().forget();
        }
    }
}
