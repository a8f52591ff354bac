// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.SchsmException;
import org.jspecify.annotations.Nullable;

/**
 * Told of what goes on at the members. Called by the threads that do it, so it returns at once and never throws.
 */
interface MemberObserver {
    /** To whom nothing is told. */
    MemberObserver NONE = new MemberObserver() {};

    /** An operation at a member, from when it is given to it. */
    interface Watch {
        /** Of which nobody wants to know the end. */
        Watch NONE = failed -> {};

        /** It is over; {@code failed} is null if all went well. */
        void ended(@Nullable SchsmException failed);
    }

    /** An operation goes to a member. */
    default Watch begins(Member member, Operation operation) {
        return Watch.NONE;
    }

    /** A member was found for the first time, is left alone from now on, or is back. */
    default void changed(Member member) {}

    /** No more is told. */
    default void close() {}
}
