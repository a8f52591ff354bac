// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Logins: where PINs come from, what may be sent to a device when, and what is remembered of PINs that it refused. */
@NullMarked
package io.github.schsm.login;

import org.jspecify.annotations.NullMarked;
