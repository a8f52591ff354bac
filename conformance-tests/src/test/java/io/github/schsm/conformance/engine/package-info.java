// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What the engines do on every backend, against other implementations of the same algorithms. */
package io.github.schsm.conformance.engine;
