// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import javax.crypto.SecretKey;

/** A handle for an AES key in a token. */
public interface SchsmSecretKey extends SecretKey, SchsmKey {}
