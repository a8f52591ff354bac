package io.github.schsm.bridge;

import io.github.schsm.SchsmException;

/** What is done with a session. */
@FunctionalInterface
interface SessionFunction<T> {
    /**
     * Uses a session, which is the caller's own until this returns.
     *
     * @throws CryptokiException as the module answers; becomes a typed exception outside
     */
    T apply(Session session) throws CryptokiException, SchsmException;
}
