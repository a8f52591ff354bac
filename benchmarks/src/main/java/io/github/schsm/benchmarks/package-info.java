// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What an operation costs on our own side. */
@NullMarked
package io.github.schsm.benchmarks;

import org.jspecify.annotations.NullMarked;
