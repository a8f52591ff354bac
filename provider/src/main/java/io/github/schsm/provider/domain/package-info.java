// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The token over several members of a key domain: which member does what, and what happens when one fails. */
@NullMarked
package io.github.schsm.provider.domain;

import org.jspecify.annotations.NullMarked;
