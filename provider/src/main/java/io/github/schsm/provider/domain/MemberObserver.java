// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.SchsmException;
import org.jspecify.annotations.Nullable;

/**
 * Told of what goes on at the members. Called by the threads that do it, so it returns at once and never throws.
 */
interface MemberObserver {
    /** Of whom nothing is told. */
    MemberObserver NONE = new MemberObserver() {};

    /** An operation goes to a member. */
    default void begins(Member member, Operation operation) {}

    /**
     * It has come back.
     *
     * @param nanos  how long it took, waiting for its turn included
     * @param failed what was wrong; null for nothing
     */
    default void ended(Member member, Operation operation, long nanos, @Nullable SchsmException failed) {}

    /** A member is left alone from now on, or is back. */
    default void changed(Member member) {}
}
