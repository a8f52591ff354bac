// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Our interface to PKCS#11 modules, the wrapper behind it, and return values. */
@NullMarked
package io.github.schsm.bridge.cryptoki;

import org.jspecify.annotations.NullMarked;
