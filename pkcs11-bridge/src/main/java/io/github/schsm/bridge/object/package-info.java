// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The objects on a PKCS#11 token. */
@NullMarked
package io.github.schsm.bridge.object;

import org.jspecify.annotations.NullMarked;
