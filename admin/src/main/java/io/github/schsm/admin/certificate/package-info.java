// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** X.509: requests, certificates that keys of devices sign, a small CA, and certificates that come from elsewhere. */
@NullMarked
package io.github.schsm.admin.certificate;

import org.jspecify.annotations.NullMarked;
