// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands for auditors: the audit log, and the check against a policy. */
@NullMarked
package io.github.schsm.cli.command.audit;

import org.jspecify.annotations.NullMarked;
