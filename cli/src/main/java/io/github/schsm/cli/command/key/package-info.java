// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands for keys: make, list, use, attest, delete. */
@NullMarked
package io.github.schsm.cli.command.key;

import org.jspecify.annotations.NullMarked;
