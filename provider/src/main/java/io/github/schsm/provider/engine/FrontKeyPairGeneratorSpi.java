// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.delegate.SoftwareGenerators;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * For a program that asked for any provider's key pairs and got this provider, because it stands in front: by a
 * {@link SchsmKeySpec} they are generated in the device, by anything else by the next provider.
 */
public final class FrontKeyPairGeneratorSpi extends KeyPairGeneratorSpi {
    private final KeyPairGeneratorSpi own;
    private final SoftwareGenerators software;
    private boolean isOwn;
    private @Nullable KeyPairGenerator other;

    public FrontKeyPairGeneratorSpi(KeyPairGeneratorSpi own, SoftwareGenerators software) {
        this.own = own;
        this.software = software;
    }

    @Override
    public void initialize(int size, @Nullable SecureRandom random) {
        other = software.pairs(size, random);
        isOwn = false;
    }

    @Override
    public void initialize(@Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        if (params instanceof SchsmKeySpec) {
            own.initialize(params, random);
            isOwn = true;
        } else {
            other = software.pairs(params, random);
            isOwn = false;
        }
    }

    @Override
    public KeyPair generateKeyPair() {
        if (isOwn) {
            return own.generateKeyPair();
        }
        if (other == null) {
            other = software.pairs();
        }
        return other.generateKeyPair();
    }
}
