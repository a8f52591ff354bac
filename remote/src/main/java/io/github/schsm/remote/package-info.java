// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Readers on other computers: how the provider finds them. */
@NullMarked
package io.github.schsm.remote;

import org.jspecify.annotations.NullMarked;
