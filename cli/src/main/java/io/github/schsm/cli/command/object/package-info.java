// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands for certificates and data objects. */
@NullMarked
package io.github.schsm.cli.command.object;

import org.jspecify.annotations.NullMarked;
