// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What an administrator does, by the API. */
@NullMarked
package io.github.schsm.conformance.admin;

import org.jspecify.annotations.NullMarked;
