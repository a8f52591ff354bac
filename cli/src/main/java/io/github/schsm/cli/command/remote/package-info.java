// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands that lend a device of this computer to another. */
@NullMarked
package io.github.schsm.cli.command.remote;

import org.jspecify.annotations.NullMarked;
