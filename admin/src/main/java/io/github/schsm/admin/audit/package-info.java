// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Reads audit logs (docs/audit.md): whether they are whole, and what they tell. */
@NullMarked
package io.github.schsm.admin.audit;

import org.jspecify.annotations.NullMarked;
