// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.DelegatingMacSpi;
import io.github.schsm.spi.SecretKeyHandle;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** AES-CMAC. The data goes to the device when all of it is there, so that what fits into one command takes just one. */
public final class CmacSpi extends DelegatingMacSpi {
    private static final int LENGTH = 16;

    private final Mechanism mechanism;
    private final SecretBuffer data = new SecretBuffer();
    private @Nullable SecretKeyHandle key;

    public CmacSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism);
        this.mechanism = mechanism;
    }

    @Override
    protected int ownMacLength() {
        return LENGTH;
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an AES key");
    }

    @Override
    protected void ownForget() {
        key = null;
        data.clear();
    }

    @Override
    protected void ownInit(@Nullable Key given, @Nullable AlgorithmParameterSpec params)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params != null) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes no parameters, not "
                    + params.getClass().getSimpleName());
        }
        key = EngineKeys.secret(given, KeyAlgorithm.AES_CMAC, mechanism.name());
    }

    @Override
    protected void ownUpdate(byte[] input, int offset, int length) {
        data.write(input, offset, length);
    }

    @Override
    protected byte[] ownDoFinal() {
        SecretKeyHandle used = key;
        if (used == null) {
            throw new IllegalStateException(mechanism.name() + " was not initialized");
        }
        byte[] whole = data.copy();
        try {
            return used.token().mac(used.key(), whole);
        } catch (SchsmException failed) {
            throw EngineKeys.unchecked(failed);
        } finally {
            Arrays.fill(whole, (byte) 0);
            ownReset();
        }
    }

    @Override
    protected void ownReset() {
        data.clear();
    }
}
