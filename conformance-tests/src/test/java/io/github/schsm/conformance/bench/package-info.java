// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Devices to test with, by every way to reach them, and what tests of several packages use. */
package io.github.schsm.conformance.bench;
