// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.TokenKey;
import java.io.Serial;

/**
 * A handle for a private key whose public half is not known: neither a request nor a readable certificate is stored with
 * it, so its curve or modulus is not known either. It can be renamed, deleted and wrapped, and given a certificate
 * ({@link java.security.KeyStore#setKeyEntry}), which is proven by a use of the key; after that it is a key like any
 * other. Engines do not take it.
 */
public final class OpaqueKeyHandle extends PrivateKeyHandle {
    @Serial
    private static final long serialVersionUID = 1L;

    OpaqueKeyHandle(Token token, TokenKey key, KeyDetails details) {
        super(token, key, details);
    }

    /** Why engines refuse it, and what to do. */
    public String refusal() {
        return "the public key of " + this
                + " is not known: neither a request nor a readable certificate is stored with"
                + " it; store its certificate first (setKeyEntry, schsm import-cert)";
    }
}
