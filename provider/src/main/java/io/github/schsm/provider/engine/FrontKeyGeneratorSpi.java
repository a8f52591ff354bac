// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.delegate.SoftwareGenerators;
import java.security.InvalidAlgorithmParameterException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.KeyGenerator;
import javax.crypto.KeyGeneratorSpi;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** As {@link FrontKeyPairGeneratorSpi}, for AES keys. */
public final class FrontKeyGeneratorSpi extends KeyGeneratorSpi {
    private final AesKeyGeneratorSpi own;
    private final SoftwareGenerators software;
    private boolean isOwn;
    private @Nullable KeyGenerator other;

    public FrontKeyGeneratorSpi(AesKeyGeneratorSpi own, SoftwareGenerators software) {
        this.own = own;
        this.software = software;
    }

    @Override
    protected void engineInit(@Nullable SecureRandom random) {
        other = software.keys(random);
        isOwn = false;
    }

    @Override
    protected void engineInit(int size, @Nullable SecureRandom random) {
        other = software.keys(size, random);
        isOwn = false;
    }

    @Override
    protected void engineInit(@Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        if (params instanceof SchsmKeySpec) {
            own.engineInit(params, random);
            isOwn = true;
        } else {
            other = software.keys(params, random);
            isOwn = false;
        }
    }

    @Override
    protected SecretKey engineGenerateKey() {
        if (isOwn) {
            return own.engineGenerateKey();
        }
        if (other == null) {
            other = software.keys(null);
        }
        return other.generateKey();
    }
}
