// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Backups of what is on a device, in one archive: making, restoring and proving them. */
@NullMarked
package io.github.schsm.admin.backup;

import org.jspecify.annotations.NullMarked;
