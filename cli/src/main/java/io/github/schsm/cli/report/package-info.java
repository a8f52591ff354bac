// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What commands answer: text, JSON, errors, exit statuses. */
@NullMarked
package io.github.schsm.cli.report;

import org.jspecify.annotations.NullMarked;
