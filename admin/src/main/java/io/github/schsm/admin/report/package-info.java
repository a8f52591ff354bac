// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The auditor's document over all devices: written, signed with a key of a device, and verified without one. */
@NullMarked
package io.github.schsm.admin.report;

import org.jspecify.annotations.NullMarked;
