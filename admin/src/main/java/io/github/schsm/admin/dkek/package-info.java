// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What is done with a DKEK outside of devices: software keys are imported, and custodians make and check its shares. */
@NullMarked
package io.github.schsm.admin.dkek;

import org.jspecify.annotations.NullMarked;
