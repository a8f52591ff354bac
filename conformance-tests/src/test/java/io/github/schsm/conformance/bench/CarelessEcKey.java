// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/** What a careless program hands over as a public key: nobody has looked at the point. */
public record CarelessEcKey(ECPoint point, ECParameterSpec parameters) implements ECPublicKey {
    private static final long serialVersionUID = 1L;

    @Override
    public ECPoint getW() {
        return point;
    }

    @Override
    public ECParameterSpec getParams() {
        return parameters;
    }

    @Override
    public String getAlgorithm() {
        return "EC";
    }

    @Override
    public String getFormat() {
        return "X.509";
    }

    @Override
    public byte[] getEncoded() {
        return new byte[0];
    }
}
