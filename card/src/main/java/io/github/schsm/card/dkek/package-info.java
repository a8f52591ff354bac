// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** DKEK shares and the passwords that protect them. */
@NullMarked
package io.github.schsm.card.dkek;

import org.jspecify.annotations.NullMarked;
