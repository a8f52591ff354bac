// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.TokenKey;
import java.io.Serial;
import java.math.BigInteger;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECParameterSpec;

/** The handle for an EC private key in a token, for programs that cast every EC private key to the JDK's interface. */
final class CastableEcKeyHandle extends EcKeyHandle implements ECPrivateKey {
    @Serial
    private static final long serialVersionUID = 1L;

    CastableEcKeyHandle(Token token, TokenKey key, KeyDetails details) {
        super(token, key, details);
    }

    @Override
    public BigInteger getS() {
        throw CastableKeys.secret("value", this);
    }

    @Override
    public ECParameterSpec getParams() {
        CastableKeys.refuseForeignEngine(CastableKeys.CALLERS.getCallerClass(), "value", this);
        return super.getParams();
    }
}
