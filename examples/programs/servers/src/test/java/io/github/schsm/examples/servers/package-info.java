// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: servers. */
@NullMarked
package io.github.schsm.examples.servers;

import org.jspecify.annotations.NullMarked;
