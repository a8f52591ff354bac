// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Backups: made, restored, verified. */
@NullMarked
package io.github.schsm.cli.command.backup;

import org.jspecify.annotations.NullMarked;
