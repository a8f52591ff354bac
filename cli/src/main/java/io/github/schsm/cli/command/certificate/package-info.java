// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands for requests, certificates that keys of devices sign, and a small CA. */
@NullMarked
package io.github.schsm.cli.command.certificate;

import org.jspecify.annotations.NullMarked;
