// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The key store of type SCHSM over any token. */
@NullMarked
package io.github.schsm.keystore;

import org.jspecify.annotations.NullMarked;
