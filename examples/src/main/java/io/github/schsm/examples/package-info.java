// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs that use SCHSM through the JCA and its public API, to read and to run. */
@NullMarked
package io.github.schsm.examples;

import org.jspecify.annotations.NullMarked;
