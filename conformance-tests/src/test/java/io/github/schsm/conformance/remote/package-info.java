// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Devices that dial in from other computers. */
package io.github.schsm.conformance.remote;
