// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands, answers and status words. */
@NullMarked
package io.github.schsm.card.apdu;

import org.jspecify.annotations.NullMarked;
