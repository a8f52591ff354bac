// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** A page that shows all devices in reach, their key domains and the work on them, served on loopback to a browser. */
@NullMarked
package io.github.schsm.admin.console;

import org.jspecify.annotations.NullMarked;
