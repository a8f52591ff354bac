// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.mechanism.DerivedKey;
import io.github.schsm.mechanism.EngineKind;
import io.github.schsm.mechanism.Mechanism;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.DerivationFunction;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.agreement.kdf.ConcatenationKDFGenerator;
import org.bouncycastle.crypto.generators.KDF2BytesGenerator;
import org.bouncycastle.crypto.params.KDFParameters;
import org.jspecify.annotations.Nullable;

/**
 * Diffie-Hellman in the device, and a key that is derived from the secret here: what decrypts messages to a certificate
 * with an EC key, in CMS (RFC 5753) and OpenPGP (RFC 6637). The function's other input is the user keying material,
 * which the parameters have.
 */
public final class KdfAgreementSpi extends TokenAgreementSpi {
    private byte[] material = {};

    public KdfAgreementSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism);
    }

    @Override
    void use(@Nullable AlgorithmParameterSpec params) throws InvalidAlgorithmParameterException {
        material = params == null ? new byte[0] : KeyingMaterial.of(params, mechanism.name());
    }

    @Override
    protected byte[] ownGenerateSecret() {
        throw named();
    }

    @Override
    protected int ownGenerateSecret(byte[] sharedSecret, int offset) {
        throw named();
    }

    private IllegalStateException named() {
        return new IllegalStateException(
                mechanism.name() + " derives keys, whose length follows from what they are for:"
                        + " generateSecret with a name, " + DerivedKey.names() + "; the secret itself is ECDH's");
    }

    @Override
    protected SecretKey ownGenerateSecret(String algorithm) throws NoSuchAlgorithmException {
        DerivedKey wanted = DerivedKey.of(algorithm)
                .orElseThrow(() -> new NoSuchAlgorithmException(mechanism.name()
                        + " does not know how long a key for \"" + algorithm + "\" is: it derives keys for "
                        + DerivedKey.names()));
        byte[] secret = take();
        byte[] derived = new byte[wanted.bits() / Byte.SIZE];
        try {
            DerivationFunction function = function();
            function.init(new KDFParameters(secret, material));
            function.generateBytes(derived, 0, derived.length);
            return new SecretKeySpec(derived, wanted.algorithm());
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(derived, (byte) 0);
        }
    }

    private DerivationFunction function() {
        Digest hash = RsaPadding.function(Objects.requireNonNull(mechanism.hash(), mechanism.name()));
        return mechanism.engine() == EngineKind.CONCAT_AGREEMENT
                ? new ConcatenationKDFGenerator(hash)
                : new KDF2BytesGenerator(hash);
    }
}
