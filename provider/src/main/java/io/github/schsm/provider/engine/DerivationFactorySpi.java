// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.spi.SecretKeyHandle;
import java.security.InvalidKeyException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactorySpi;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Derives keys in the device; the derived key itself is the caller's, with all its bytes. */
public final class DerivationFactorySpi extends SecretKeyFactorySpi {
    private final Mechanism mechanism;

    public DerivationFactorySpi(Mechanism mechanism) {
        this.mechanism = mechanism;
    }

    @Override
    protected SecretKey engineGenerateSecret(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        if (!(keySpec instanceof Sp80056cKeySpec spec)) {
            throw new InvalidKeySpecException(mechanism.name() + " takes a Sp80056cKeySpec, not "
                    + (keySpec == null ? "null" : "a " + keySpec.getClass().getSimpleName()));
        }
        byte[] derived;
        try {
            SecretKeyHandle key = EngineKeys.secret(spec.key(), KeyAlgorithm.DERIVE_SP800_56C, mechanism.name());
            derived = key.token().derive(key.key(), spec.input());
        } catch (InvalidKeyException notAllowed) {
            throw new InvalidKeySpecException(notAllowed.getMessage(), notAllowed);
        } catch (SchsmException failed) {
            throw new InvalidKeySpecException(failed.getMessage(), failed);
        }
        try {
            return new SecretKeySpec(derived, spec.algorithm());
        } finally {
            Arrays.fill(derived, (byte) 0);
        }
    }

    @Override
    protected KeySpec engineGetKeySpec(@Nullable SecretKey key, Class<?> keySpec) throws InvalidKeySpecException {
        throw new InvalidKeySpecException(
                mechanism.name() + " derives keys by a Sp80056cKeySpec and tells none of them");
    }

    @Override
    protected SecretKey engineTranslateKey(@Nullable SecretKey key) throws InvalidKeyException {
        throw new InvalidKeyException(mechanism.name() + " derives keys by a Sp80056cKeySpec from an AES key in a"
                + " device, got from a key store of type SCHSM, and translates none; SecretKeyFactory AES does");
    }
}
