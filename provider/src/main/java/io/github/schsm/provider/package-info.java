// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The security provider SCHSM and its engines. */
package io.github.schsm.provider;
