// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The computer with the reader: it dials out, and carries commands to its card. */
@NullMarked
package io.github.schsm.remote.client;

import org.jspecify.annotations.NullMarked;
