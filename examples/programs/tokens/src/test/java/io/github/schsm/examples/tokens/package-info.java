// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: tokens. */
@NullMarked
package io.github.schsm.examples.tokens;

import org.jspecify.annotations.NullMarked;
