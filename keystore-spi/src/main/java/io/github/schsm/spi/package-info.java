// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What a backend implements: tokens by role, their sources, requests. */
@NullMarked
package io.github.schsm.spi;

import org.jspecify.annotations.NullMarked;
