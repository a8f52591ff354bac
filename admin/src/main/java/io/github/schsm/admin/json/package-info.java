// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** JSON documents: strict when they are read, the same bytes each time when they are written. */
@NullMarked
package io.github.schsm.admin.json;

import org.jspecify.annotations.NullMarked;
