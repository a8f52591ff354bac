// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

/**
 * A connection to a card whose PIN somebody else may have verified on purpose for us, before the card was handed over:
 * the computer that it is in. Selecting the applet would end that, so it is not selected then.
 */
public interface VerifiedElsewhere {
    /** Whether the PIN was verified there, and nothing that was sent since can have undone it, or done it here. */
    boolean isVerifiedElsewhere();
}
