// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The device's commands. */
@NullMarked
package io.github.schsm.simulator.applet;

import org.jspecify.annotations.NullMarked;
