// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.TokenKey;
import java.io.Serial;
import java.math.BigInteger;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** The handle for an RSA private key in a token, for programs that cast every RSA private key to the JDK's interface. */
final class CastableRsaKeyHandle extends RsaKeyHandle implements RSAPrivateKey {
    @Serial
    private static final long serialVersionUID = 1L;

    CastableRsaKeyHandle(Token token, TokenKey key, KeyDetails details) {
        super(token, key, details);
    }

    @Override
    public BigInteger getPrivateExponent() {
        throw CastableKeys.secret("exponent", this);
    }

    @Override
    public BigInteger getModulus() {
        CastableKeys.refuseForeignEngine(CastableKeys.CALLERS.getCallerClass(), "exponent", this);
        return super.getModulus();
    }

    /** Declared here because two of the interfaces have a default of that name from JDK 22 on. */
    @Override
    public @Nullable AlgorithmParameterSpec getParams() {
        return super.getParams();
    }
}
