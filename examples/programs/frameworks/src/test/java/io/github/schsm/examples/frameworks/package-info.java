// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: frameworks. */
@NullMarked
package io.github.schsm.examples.frameworks;

import org.jspecify.annotations.NullMarked;
