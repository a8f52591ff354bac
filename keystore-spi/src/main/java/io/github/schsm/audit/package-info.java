// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The audit log (docs/audit.md): its files, its lines, and how they are chained. */
@NullMarked
package io.github.schsm.audit;

import org.jspecify.annotations.NullMarked;
