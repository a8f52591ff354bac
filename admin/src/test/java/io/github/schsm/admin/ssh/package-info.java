// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
@NullMarked
package io.github.schsm.admin.ssh;

import org.jspecify.annotations.NullMarked;
