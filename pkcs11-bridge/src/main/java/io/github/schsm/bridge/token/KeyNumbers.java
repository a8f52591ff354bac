// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.SchsmException;
import java.util.OptionalInt;

/** What knows the numbers of keys on a device better than its module. */
@FunctionalInterface
public interface KeyNumbers {
    /** A number for a new key that none on the device has; empty if that is not known. */
    OptionalInt free() throws SchsmException;
}
