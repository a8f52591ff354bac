// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Sessions, logins, and what a module's failure means for them. */
@NullMarked
package io.github.schsm.bridge.session;

import org.jspecify.annotations.NullMarked;
