// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** A SmartCard-HSM in software: virtual readers with devices in them, for tests and for trying things out. */
@NullMarked
package io.github.schsm.simulator;

import org.jspecify.annotations.NullMarked;
