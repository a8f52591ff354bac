// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Checks on a device what docs/protocol.md says about all of them. */
@NullMarked
package io.github.schsm.admin.selftest;

import org.jspecify.annotations.NullMarked;
