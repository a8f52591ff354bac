// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.KeyDetails;
import io.github.schsm.TokenKey;

/**
 * A key as one member lists it.
 *
 * @param key     the member's own name for it
 * @param details what the member says of it
 */
record ListedKey(TokenKey key, KeyDetails details) {}
