// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Keys of devices in the formats of other programs, and what is done with their public keys in software. */
@NullMarked
package io.github.schsm.admin.key;

import org.jspecify.annotations.NullMarked;
