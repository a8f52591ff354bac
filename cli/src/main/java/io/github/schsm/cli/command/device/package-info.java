// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands that set up a device and look after it: initialization, PINs, authentication by public key. */
@NullMarked
package io.github.schsm.cli.command.device;

import org.jspecify.annotations.NullMarked;
