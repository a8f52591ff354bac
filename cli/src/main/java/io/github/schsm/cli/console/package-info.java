// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The terminal of a person: prompts, progress, help. */
@NullMarked
package io.github.schsm.cli.console;

import org.jspecify.annotations.NullMarked;
