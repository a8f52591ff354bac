// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: ssh. */
@NullMarked
package io.github.schsm.examples.ssh;

import org.jspecify.annotations.NullMarked;
