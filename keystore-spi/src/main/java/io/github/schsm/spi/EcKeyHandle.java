// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.EcCurve;
import java.io.Serial;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECParameterSpec;
import java.util.Objects;

/** The handle for an EC private key in a token. */
public sealed class EcKeyHandle extends PrivateKeyHandle implements SchsmEcPrivateKey permits CastableEcKeyHandle {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient EcCurve curve;

    /**
     * A handle.
     *
     * @param details must name the curve
     */
    public EcKeyHandle(Token token, TokenKey key, KeyDetails details) {
        super(token, key, details);
        this.curve = Objects.requireNonNull(details.curve(), "curve");
    }

    @Override
    public final EcCurve curve() {
        return curve;
    }

    @Override
    public ECParameterSpec getParams() {
        return curve.parameters();
    }

    @Override
    public final ECPrivateKey asECPrivateKey() {
        return alsoUnnamed(new CastableEcKeyHandle(token(), key(), details()));
    }

    @Override
    public final DeviceTrust trust() {
        return token().trust();
    }

    @Override
    public final byte[] sign(KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        return token().sign(key(), algorithm, input);
    }
}
