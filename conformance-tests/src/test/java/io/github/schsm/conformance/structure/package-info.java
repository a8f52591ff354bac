// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The borders between modules and packages, and the artifacts. */
package io.github.schsm.conformance.structure;
