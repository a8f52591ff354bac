// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands and answers as the device sees them, and its status words. */
@NullMarked
package io.github.schsm.simulator.apdu;

import org.jspecify.annotations.NullMarked;
