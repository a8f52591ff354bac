// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.spec.InvalidKeySpecException;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;

/**
 * What key factories leave to the next provider: all keys that have bytes. What comes out is a key in software, never
 * one in a device.
 */
public final class SoftwareKeys {
    private final Successors successors;

    /** The factories of a type and algorithm that other providers have. */
    public SoftwareKeys(Provider provider, String type, String algorithm) {
        this.successors = new Successors(provider, type, List.of(algorithm));
    }

    /** What is asked of another provider's factory. */
    @FunctionalInterface
    public interface Question<F, T> {
        /** Asks the factory. */
        T ask(F factory) throws GeneralSecurityException;
    }

    /**
     * Asks the other key factories something about a specification.
     *
     * @param refusal what to throw if there is none
     */
    public <T> T bySpec(Question<KeyFactory, T> question, InvalidKeySpecException refusal)
            throws InvalidKeySpecException {
        return orRefuse((name, provider) -> question.ask(KeyFactory.getInstance(name, provider)), refusal);
    }

    /** As {@link #bySpec}, for secret keys. */
    public <T> T secretBySpec(Question<SecretKeyFactory, T> question, InvalidKeySpecException refusal)
            throws InvalidKeySpecException {
        return orRefuse((name, provider) -> question.ask(SecretKeyFactory.getInstance(name, provider)), refusal);
    }

    private <T> T orRefuse(Successors.Maker<T> maker, InvalidKeySpecException refusal) throws InvalidKeySpecException {
        try {
            return successors.first(null, maker);
        } catch (InvalidKeySpecException refused) {
            throw refused;
        } catch (GeneralSecurityException nobody) {
            refusal.initCause(nobody);
            throw refusal;
        }
    }

    /**
     * The key as another provider's.
     *
     * @param refusal what to throw if there is none
     */
    public Key translated(Key key, InvalidKeyException refusal) throws InvalidKeyException {
        return orRefuse(
                key, (name, provider) -> KeyFactory.getInstance(name, provider).translateKey(key), refusal);
    }

    /** As {@link #translated}, for secret keys. */
    public SecretKey translated(SecretKey key, InvalidKeyException refusal) throws InvalidKeyException {
        return orRefuse(
                key,
                (name, provider) -> SecretKeyFactory.getInstance(name, provider).translateKey(key),
                refusal);
    }

    private <T> T orRefuse(Key key, Successors.Maker<T> maker, InvalidKeyException refusal) throws InvalidKeyException {
        try {
            return successors.first(null, maker);
        } catch (GeneralSecurityException refused) {
            throw Successors.nobodyTakes(key, refusal, refused);
        }
    }
}
