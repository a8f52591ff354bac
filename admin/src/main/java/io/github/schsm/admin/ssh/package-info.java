// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** An SSH agent: keys of devices for ssh, git, and every other program that asks an agent for signatures. */
@NullMarked
package io.github.schsm.admin.ssh;

import org.jspecify.annotations.NullMarked;
