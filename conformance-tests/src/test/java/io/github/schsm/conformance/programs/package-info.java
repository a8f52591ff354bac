// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs that nobody here wrote, with the provider inside or on the other side of the daemon. */
package io.github.schsm.conformance.programs;
