// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/**
 * What programs import: key specifications, key domains, entries and protections, handles, the migration, the
 * exceptions; and the border between the engines and the tokens behind them.
 */
@NullMarked
package io.github.schsm;

import org.jspecify.annotations.NullMarked;
