// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The console: who may see it, and what a real browser makes of it. */
@NullMarked
package io.github.schsm.conformance.console;

import org.jspecify.annotations.NullMarked;
