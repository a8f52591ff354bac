// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What all commands have in common. */
@NullMarked
package io.github.schsm.cli.command;

import org.jspecify.annotations.NullMarked;
