// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: signing. */
@NullMarked
package io.github.schsm.examples.signing;

import org.jspecify.annotations.NullMarked;
