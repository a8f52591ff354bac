// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.SchsmException;
import io.github.schsm.keystore.TokenFinder;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.security.SecureRandomParameters;
import java.security.SecureRandomSpi;
import org.jspecify.annotations.Nullable;

/** Random bytes from the device's generator; it needs no seed and takes none. */
public final class TokenSecureRandomSpi extends SecureRandomSpi {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient TokenFinder tokens;

    public TokenSecureRandomSpi(TokenFinder tokens) {
        this.tokens = tokens;
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
        // The contract lets a seed only add to randomness, and a device's generator cannot be added to.
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
        byte[] random = engineGenerateSeed(bytes.length);
        System.arraycopy(random, 0, bytes, 0, bytes.length);
    }

    @Override
    protected byte[] engineGenerateSeed(int numBytes) {
        try {
            return tokens.find(null).random(numBytes);
        } catch (SchsmException failed) {
            throw EngineKeys.unchecked(failed);
        }
    }

    @Override
    protected void engineReseed(@Nullable SecureRandomParameters params) {
        throw new UnsupportedOperationException(
                "a device's random generator cannot be reseeded and needs no reseeding");
    }

    @Override
    protected void engineNextBytes(byte[] bytes, @Nullable SecureRandomParameters params) {
        throw new UnsupportedOperationException("a device's random generator takes no parameters");
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a device's random generator cannot be serialized");
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a device's random generator cannot be serialized");
    }
}
