// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Tokens that write what is done with them to the audit log: one border, through which every operation goes. */
@NullMarked
package io.github.schsm.provider.audit;

import org.jspecify.annotations.NullMarked;
