// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** How fast a device is. */
@NullMarked
package io.github.schsm.admin.benchmark;

import org.jspecify.annotations.NullMarked;
