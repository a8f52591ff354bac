// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Tests of the border at which the audit log is written. */
package io.github.schsm.provider.audit;
