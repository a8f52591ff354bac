// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.CryptokiException;

/** What is done with a session. */
@FunctionalInterface
public interface SessionFunction<T> {
    /**
     * Uses a session, which is the caller's own until this returns.
     *
     * @throws CryptokiException as the module answers; becomes a typed exception outside
     */
    T apply(Session session) throws CryptokiException, SchsmException;
}
