// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Rules for devices and keys, and whether what is in reach keeps them (docs/policy.md). */
@NullMarked
package io.github.schsm.admin.policy;

import org.jspecify.annotations.NullMarked;
