// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Programs of the cookbook: messages. */
@NullMarked
package io.github.schsm.examples.messages;

import org.jspecify.annotations.NullMarked;
