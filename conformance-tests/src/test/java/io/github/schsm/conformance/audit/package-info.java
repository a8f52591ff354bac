// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The audit log: killed processes, full disks, several processes, other programs that read it. */
@NullMarked
package io.github.schsm.conformance.audit;

import org.jspecify.annotations.NullMarked;
