// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The way to a device: PC/SC, terminals, PIN pads. */
@NullMarked
package io.github.schsm.card.transport;

import org.jspecify.annotations.NullMarked;
