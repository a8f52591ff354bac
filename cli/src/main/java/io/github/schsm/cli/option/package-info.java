// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Options that commands share. */
@NullMarked
package io.github.schsm.cli.option;

import org.jspecify.annotations.NullMarked;
