// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** How the provider finds the simulator. */
@NullMarked
package io.github.schsm.simulator.source;

import org.jspecify.annotations.NullMarked;
