// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: authorities. */
@NullMarked
package io.github.schsm.examples.authorities;

import org.jspecify.annotations.NullMarked;
