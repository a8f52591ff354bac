// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Virtual readers as javax.smartcardio sees them. */
@NullMarked
package io.github.schsm.simulator.terminal;

import org.jspecify.annotations.NullMarked;
