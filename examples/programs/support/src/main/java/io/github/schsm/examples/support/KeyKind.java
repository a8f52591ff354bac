// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import io.github.schsm.SchsmKeySpec;
import java.security.spec.ECGenParameterSpec;

/** Kinds of keys that programs are tried with. */
public enum KeyKind {
    P256("EC", "secp256r1"),
    P384("EC", "secp384r1"),
    P521("EC", "secp521r1"),
    SECP256K1("EC", "secp256k1"),
    BRAINPOOL256("EC", "brainpoolP256r1"),
    BRAINPOOL384("EC", "brainpoolP384r1"),
    RSA2048("RSA", "");

    private final String algorithm;
    private final String curve;

    KeyKind(String algorithm, String curve) {
        this.algorithm = algorithm;
        this.curve = curve;
    }

    /** As {@link java.security.Key#getAlgorithm()} says it: EC or RSA. */
    public String algorithm() {
        return algorithm;
    }

    /** The curve's name in the JCA; empty for RSA. */
    public String curve() {
        return curve;
    }

    /** What to generate a key with a label by. */
    SchsmKeySpec spec(String label) {
        SchsmKeySpec.Builder builder = SchsmKeySpec.builder(label);
        return curve.isEmpty()
                ? builder.keySize(2048).build()
                : builder.parameters(new ECGenParameterSpec(curve)).build();
    }
}
