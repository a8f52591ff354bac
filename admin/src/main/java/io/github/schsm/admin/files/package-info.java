// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What is in the files of devices, and in the files that they exchange. */
@NullMarked
package io.github.schsm.admin.files;

import org.jspecify.annotations.NullMarked;
