// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands for key domains: members, agreement on a KEK, and keys that move. */
@NullMarked
package io.github.schsm.cli.command.domain;

import org.jspecify.annotations.NullMarked;
