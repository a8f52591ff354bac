// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import io.github.schsm.mechanism.Mechanism;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyAgreementSpi;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import org.jspecify.annotations.Nullable;

/** A key agreement with keys in a device; every other private key goes to the next provider. */
public abstract class DelegatingKeyAgreementSpi extends KeyAgreementSpi {
    private final Successors successors;
    private @Nullable KeyAgreement other;

    /** An engine of a provider for a row of the mechanism table. */
    protected DelegatingKeyAgreementSpi(Provider provider, Mechanism mechanism) {
        this.successors = new Successors(provider, mechanism.type(), List.of(mechanism.name()));
    }

    /** Says which keys in a device the engine takes. */
    protected abstract InvalidKeyException notOurs(Key key);

    /** Forgets key and secret. */
    protected abstract void ownForget();

    /** Takes a key that is not another provider's. */
    protected abstract void ownInit(@Nullable Key key, @Nullable AlgorithmParameterSpec params)
            throws InvalidKeyException, InvalidAlgorithmParameterException;

    /** The peer's key. */
    protected abstract @Nullable Key ownDoPhase(@Nullable Key peer, boolean lastPhase) throws InvalidKeyException;

    /** The secret. */
    protected abstract byte[] ownGenerateSecret();

    /** The secret into a buffer. */
    protected abstract int ownGenerateSecret(byte[] sharedSecret, int offset) throws ShortBufferException;

    /** The secret as a key. */
    protected abstract SecretKey ownGenerateSecret(String algorithm) throws NoSuchAlgorithmException;

    @Override
    protected final void engineInit(@Nullable Key key, @Nullable SecureRandom random) throws InvalidKeyException {
        try {
            init(key, null, random, false);
        } catch (InvalidAlgorithmParameterException refused) {
            throw new InvalidKeyException(refused.getMessage(), refused);
        }
    }

    @Override
    protected final void engineInit(
            @Nullable Key key, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        init(key, params, random, true);
    }

    private void init(
            @Nullable Key key,
            @Nullable AlgorithmParameterSpec params,
            @Nullable SecureRandom random,
            boolean withParameters)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        other = null;
        ownForget();
        if (key == null || Successors.isOurs(key)) {
            ownInit(key, params);
            return;
        }
        try {
            other = successors.first(key, (algorithm, provider) -> {
                KeyAgreement agreement = KeyAgreement.getInstance(algorithm, provider);
                SecureRandom source = random == null ? new SecureRandom() : random;
                if (withParameters) {
                    agreement.init(key, params, source);
                } else {
                    agreement.init(key, source);
                }
                return agreement;
            });
        } catch (InvalidAlgorithmParameterException refused) {
            throw refused;
        } catch (GeneralSecurityException refused) {
            throw Successors.nobodyTakes(key, notOurs(key), refused);
        }
    }

    @Override
    protected final @Nullable Key engineDoPhase(@Nullable Key peer, boolean lastPhase) throws InvalidKeyException {
        return other != null ? other.doPhase(peer, lastPhase) : ownDoPhase(peer, lastPhase);
    }

    @Override
    protected final byte[] engineGenerateSecret() {
        return other != null ? other.generateSecret() : ownGenerateSecret();
    }

    @Override
    protected final int engineGenerateSecret(byte[] sharedSecret, int offset) throws ShortBufferException {
        return other != null ? other.generateSecret(sharedSecret, offset) : ownGenerateSecret(sharedSecret, offset);
    }

    @Override
    protected final SecretKey engineGenerateSecret(String algorithm)
            throws NoSuchAlgorithmException, InvalidKeyException {
        return other != null ? other.generateSecret(algorithm) : ownGenerateSecret(algorithm);
    }
}
