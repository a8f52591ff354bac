// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What the programs of the cookbook share: devices with keys, certificates, and the word for how a program works. */
@NullMarked
package io.github.schsm.examples.support;

import org.jspecify.annotations.NullMarked;
