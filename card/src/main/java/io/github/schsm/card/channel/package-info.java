// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Chip authentication and secure messaging. */
@NullMarked
package io.github.schsm.card.channel;

import org.jspecify.annotations.NullMarked;
