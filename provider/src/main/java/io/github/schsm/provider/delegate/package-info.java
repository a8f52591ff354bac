// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Handing keys that are not in a device to the next provider of the same algorithm. */
@org.jspecify.annotations.NullMarked
package io.github.schsm.provider.delegate;
