// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The templates that pass between server and client, as bytes. */
@NullMarked
package io.github.schsm.remote.message;

import org.jspecify.annotations.NullMarked;
