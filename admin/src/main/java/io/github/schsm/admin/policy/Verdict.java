// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

/** What came out of a check, the worst last. */
public enum Verdict {
    /** The rule holds. */
    HELD,
    /** The rule does not hold, and the policy has an exception for it that has not ended. */
    EXCEPTED,
    /** Whether the rule holds could not be found out. */
    NOT_CHECKED,
    /** The rule does not hold. */
    VIOLATED
}
