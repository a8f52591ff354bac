// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The token over a SmartCard-HSM. */
@NullMarked
package io.github.schsm.provider.card;

import org.jspecify.annotations.NullMarked;
