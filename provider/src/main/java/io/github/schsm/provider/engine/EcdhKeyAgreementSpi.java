// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.DelegatingKeyAgreementSpi;
import io.github.schsm.spi.EcKeyHandle;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Diffie-Hellman on the key's curve. The device is asked in {@code doPhase}, which has an exception for a peer's key
 * that is not good; the secret is handed out once. Deriving keys from it is the caller's.
 */
public final class EcdhKeyAgreementSpi extends DelegatingKeyAgreementSpi {
    private final Mechanism mechanism;
    private @Nullable EcKeyHandle key;
    private byte @Nullable [] secret;

    public EcdhKeyAgreementSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism);
        this.mechanism = mechanism;
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an EC private key");
    }

    @Override
    protected void ownInit(@Nullable Key privateKey, @Nullable AlgorithmParameterSpec params)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params != null) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes no parameters, not "
                    + params.getClass().getSimpleName());
        }
        key = EngineKeys.ecPrivate(privateKey, KeyAlgorithm.ECDH, mechanism.name());
    }

    @Override
    protected void ownForget() {
        key = null;
        forget();
    }

    @Override
    protected @Nullable Key ownDoPhase(@Nullable Key peer, boolean lastPhase) throws InvalidKeyException {
        EcKeyHandle own = key;
        if (own == null) {
            throw new IllegalStateException(mechanism.name() + " was not initialized");
        }
        if (!lastPhase) {
            throw new IllegalStateException(mechanism.name() + " is between two parties: the first phase is the last");
        }
        if (!(peer instanceof ECPublicKey publicKey)) {
            throw new InvalidKeyException("the peer's key has to be an EC public key, not "
                    + (peer == null ? "null" : "a " + peer.getClass().getSimpleName()));
        }
        EcCurve curve = own.curve();
        if (publicKey.getParams() == null
                || EcCurve.of(publicKey.getParams()).filter(curve::equals).isEmpty()) {
            throw new InvalidKeyException(
                    "the peer's key is not on " + curve + " as " + PrintableText.of(own.label()) + " is");
        }
        if (publicKey.getW() == null || !curve.isOnCurve(publicKey.getW())) {
            throw new InvalidKeyException("the peer's point is not on " + curve);
        }
        try {
            forget();
            secret = own.token().agree(own.key(), publicKey);
            return null;
        } catch (SchsmException failed) {
            throw EngineKeys.invalidKey(failed);
        }
    }

    private byte[] take() {
        byte[] agreed = secret;
        if (agreed == null) {
            throw new IllegalStateException(mechanism.name() + " has no secret: init and doPhase come first");
        }
        secret = null;
        return agreed;
    }

    private void forget() {
        if (secret != null) {
            Arrays.fill(secret, (byte) 0);
            secret = null;
        }
    }

    /** The shared point's x-coordinate, as long as the field. */
    @Override
    protected byte[] ownGenerateSecret() {
        return take();
    }

    @Override
    protected int ownGenerateSecret(byte[] sharedSecret, int offset) throws ShortBufferException {
        byte[] agreed = secret;
        if (agreed != null && sharedSecret.length - offset < agreed.length) {
            throw new ShortBufferException("the secret has " + agreed.length + " bytes, the buffer has place for "
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
