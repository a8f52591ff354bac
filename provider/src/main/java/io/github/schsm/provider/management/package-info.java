// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What JMX shows. */
@NullMarked
package io.github.schsm.provider.management;

import org.jspecify.annotations.NullMarked;
