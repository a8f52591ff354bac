// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The schsm command. */
@NullMarked
package io.github.schsm.cli;

import org.jspecify.annotations.NullMarked;
