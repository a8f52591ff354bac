// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: documents. */
@NullMarked
package io.github.schsm.examples.documents;

import org.jspecify.annotations.NullMarked;
