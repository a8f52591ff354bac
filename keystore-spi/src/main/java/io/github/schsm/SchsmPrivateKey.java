// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.PrivateKey;

/** A handle for a private key in a token. */
public interface SchsmPrivateKey extends PrivateKey, SchsmKey {}
