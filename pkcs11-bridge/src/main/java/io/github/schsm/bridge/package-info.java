// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Tokens behind any PKCS#11 module. */
package io.github.schsm.bridge;
