// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Streams and files of the process. */
@NullMarked
package io.github.schsm.cli.io;

import org.jspecify.annotations.NullMarked;
