// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Keys and certificates of both ends. */
@NullMarked
package io.github.schsm.remote.tls;

import org.jspecify.annotations.NullMarked;
