// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Which kind of device is simulated. */
@NullMarked
package io.github.schsm.simulator.profile;

import org.jspecify.annotations.NullMarked;
