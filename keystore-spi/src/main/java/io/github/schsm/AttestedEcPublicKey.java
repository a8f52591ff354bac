// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PlainEcPublicKey;
import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.security.interfaces.ECPublicKey;

/** An attested EC key; equality and encoding are those of the key, the proof is an addition. */
final class AttestedEcPublicKey extends PlainEcPublicKey implements AttestedPublicKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Cvc request;
    private final transient DeviceIdentity identity;

    AttestedEcPublicKey(Cvc request, DeviceIdentity identity) {
        super(request.curve().orElseThrow(), ((ECPublicKey) request.plainKey()).getW());
        this.request = request;
        this.identity = identity;
    }

    @Override
    public Cvc request() {
        return request;
    }

    @Override
    public DeviceIdentity identity() {
        return identity;
    }

    @Override
    public String toString() {
        return PrintableText.of(super.toString() + ", attested by " + identity);
    }
}
