// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What the provider asks of a program's callback handler: PINs, and entries on a reader's pad. */
@NullMarked
package io.github.schsm.callback;

import org.jspecify.annotations.NullMarked;
