// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The auditor's document. */
@NullMarked
package io.github.schsm.cli.command.report;

import org.jspecify.annotations.NullMarked;
