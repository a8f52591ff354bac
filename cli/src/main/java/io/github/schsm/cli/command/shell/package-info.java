// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Several commands in one process: the shell, scripts, and what completes command lines. */
@NullMarked
package io.github.schsm.cli.command.shell;

import org.jspecify.annotations.NullMarked;
