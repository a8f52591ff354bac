// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What differs by device, reader and firmware. */
@NullMarked
package io.github.schsm.card.quirk;

import org.jspecify.annotations.NullMarked;
