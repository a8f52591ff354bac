// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The mechanism table and the hash algorithms. */
@NullMarked
package io.github.schsm.mechanism;

import org.jspecify.annotations.NullMarked;
