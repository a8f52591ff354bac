// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The server that readers dial in to, and the terminals that they are here. */
@NullMarked
package io.github.schsm.remote.server;

import org.jspecify.annotations.NullMarked;
