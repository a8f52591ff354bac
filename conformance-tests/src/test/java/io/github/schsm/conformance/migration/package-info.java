// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Keys that move between devices, and what becomes of them when it is interrupted. */
package io.github.schsm.conformance.migration;
