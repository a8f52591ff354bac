// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.mechanism.Mechanism;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Diffie-Hellman whose secret is handed out as it is. Deriving keys from it is the caller's. */
public final class EcdhKeyAgreementSpi extends TokenAgreementSpi {
    public EcdhKeyAgreementSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism);
    }

    @Override
    void use(@Nullable AlgorithmParameterSpec params) throws InvalidAlgorithmParameterException {
        if (params != null) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes no parameters, not "
                    + params.getClass().getSimpleName());
        }
    }

    /** The shared point's x-coordinate, as long as the field. */
    @Override
    protected byte[] ownGenerateSecret() {
        return take();
    }

    @Override
    protected int ownGenerateSecret(byte[] sharedSecret, int offset) throws ShortBufferException {
        if (sharedSecret.length - offset < secretLength()) {
            throw new ShortBufferException("the secret has " + secretLength() + " bytes, the buffer has place for "
                    + (sharedSecret.length - offset));
        }
        byte[] taken = take();
        System.arraycopy(taken, 0, sharedSecret, offset, taken.length);
        int length = taken.length;
        Arrays.fill(taken, (byte) 0);
        return length;
    }

    @Override
    protected SecretKey ownGenerateSecret(String algorithm) throws NoSuchAlgorithmException {
        if (!algorithm.equals("TlsPremasterSecret") && !algorithm.equals("Generic")) {
            throw new NoSuchAlgorithmException("a raw shared secret is not a key for " + algorithm
                    + ": derive one from generateSecret(), or ask for TlsPremasterSecret or Generic");
        }
        byte[] taken = take();
        try {
            return new SecretKeySpec(taken, algorithm);
        } finally {
            Arrays.fill(taken, (byte) 0);
        }
    }
}
