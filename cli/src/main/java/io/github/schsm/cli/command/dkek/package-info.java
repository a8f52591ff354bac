// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Commands for who has the shares of a DKEK: software keys come in, and custodians make and check shares. */
@NullMarked
package io.github.schsm.cli.command.dkek;

import org.jspecify.annotations.NullMarked;
