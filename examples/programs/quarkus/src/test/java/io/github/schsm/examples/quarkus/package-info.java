// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: quarkus. */
@NullMarked
package io.github.schsm.examples.quarkus;

import org.jspecify.annotations.NullMarked;
