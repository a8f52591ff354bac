// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Looks for what keeps a computer from using its devices, and says what to do about it. */
@NullMarked
package io.github.schsm.admin.doctor;

import org.jspecify.annotations.NullMarked;
