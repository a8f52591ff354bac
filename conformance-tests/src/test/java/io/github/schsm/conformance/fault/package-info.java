// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Wrong input, broken answers, lies, and cards that leave. */
package io.github.schsm.conformance.fault;
