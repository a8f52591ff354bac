// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: blockchain. */
@NullMarked
package io.github.schsm.examples.blockchain;

import org.jspecify.annotations.NullMarked;
