// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The packages, as people install them. */
package io.github.schsm.conformance.dist;
