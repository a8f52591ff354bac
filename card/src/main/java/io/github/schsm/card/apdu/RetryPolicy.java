// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

/**
 * Whether a command may be sent again when its answer was lost and nobody knows whether the device executed it. The
 * caller decides for uses of a key, because only it knows whether the key has a use counter.
 */
public enum RetryPolicy {
    /** The command changes nothing, or the same again: a key without use counter. */
    ALLOWED,
    /** A second time does harm, or fails because of the first. */
    NEVER
}
