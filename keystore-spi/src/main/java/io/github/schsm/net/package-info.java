// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What the HTTP servers of several modules share. */
@NullMarked
package io.github.schsm.net;

import org.jspecify.annotations.NullMarked;
