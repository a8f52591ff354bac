// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The members of a key domain as one key store. */
@NullMarked
package io.github.schsm.conformance.domain;

import org.jspecify.annotations.NullMarked;
