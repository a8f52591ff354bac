// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The token over a PKCS#11 module. */
@NullMarked
package io.github.schsm.bridge.token;

import org.jspecify.annotations.NullMarked;
