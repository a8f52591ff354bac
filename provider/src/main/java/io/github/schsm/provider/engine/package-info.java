// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The engines that the JCA asks for. */
@NullMarked
package io.github.schsm.provider.engine;

import org.jspecify.annotations.NullMarked;
