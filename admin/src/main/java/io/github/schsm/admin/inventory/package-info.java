// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** One picture of all devices in reach: what is on them, what may go where, and what has no second copy. */
@NullMarked
package io.github.schsm.admin.inventory;

import org.jspecify.annotations.NullMarked;
