// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Keys of the simulated device, and the arithmetic and encodings that it uses. */
@NullMarked
package io.github.schsm.simulator.crypto;

import org.jspecify.annotations.NullMarked;
