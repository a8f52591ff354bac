// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What programs of one user tell each other about the work that they do: migrations, synchronizations, backups. */
@NullMarked
package io.github.schsm.admin.progress;

import org.jspecify.annotations.NullMarked;
