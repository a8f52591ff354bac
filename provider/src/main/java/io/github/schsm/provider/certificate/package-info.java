// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The engines for card-verifiable certificates. */
@NullMarked
package io.github.schsm.provider.certificate;

import org.jspecify.annotations.NullMarked;
