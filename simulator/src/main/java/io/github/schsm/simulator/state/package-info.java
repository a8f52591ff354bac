// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What a simulated device keeps. */
@NullMarked
package io.github.schsm.simulator.state;

import org.jspecify.annotations.NullMarked;
