// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyMigration.Obstacle;
import io.github.schsm.SchsmException;
import io.github.schsm.spi.KeyHandle;

/** What is to become of one key in a migration, decided before anything is changed. */
sealed interface Judgment {
    /** The key's alias on the source. */
    String alias();

    /**
     * It can move.
     *
     * @param key    the key on the source
     * @param domain its key domain on both devices
     */
    record Movable(String alias, KeyHandle key, CommonDomains.Member domain) implements Judgment {}

    /** The target has it already. */
    record Present(String alias) implements Judgment {}

    /**
     * It cannot move.
     *
     * @param obstacle why, for programs
     * @param reason   why, for people and for callers that asked for this very key
     */
    record Hindered(String alias, Obstacle obstacle, SchsmException reason) implements Judgment {}
}
