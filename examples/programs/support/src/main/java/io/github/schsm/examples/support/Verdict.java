// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

/** How a program gets to work with keys in a device. */
public enum Verdict {
    /** As it is: it takes a key store or a private key. */
    UNCHANGED,
    /** By lines of its own configuration. */
    CONFIGURATION,
    /** By code of the application, which the cookbook shows. */
    CODE,
    /** Not at all; {@link Recipe#limit()} says whose limit that is. */
    CANNOT
}
