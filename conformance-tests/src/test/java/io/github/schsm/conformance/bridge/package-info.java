// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** PKCS#11 modules: native ones that answer what a test says, several next to each other, and on other computers. */
package io.github.schsm.conformance.bridge;
