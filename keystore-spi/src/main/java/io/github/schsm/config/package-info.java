// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The configuration, read and checked. */
@NullMarked
package io.github.schsm.config;

import org.jspecify.annotations.NullMarked;
