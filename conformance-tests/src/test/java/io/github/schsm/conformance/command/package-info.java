// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Every command of {@code schsm}, from outside: its help, its examples, its errors, its JSON. */
@NullMarked
package io.github.schsm.conformance.command;

import org.jspecify.annotations.NullMarked;
