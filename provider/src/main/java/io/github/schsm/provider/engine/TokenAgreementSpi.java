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
import java.security.Provider;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Diffie-Hellman on the key's curve, whatever is made of the secret. The device is asked in {@code doPhase}, which has an
 * exception for a peer's key that is not good; the secret is handed out once.
 *
 * <p>All curves of the device have the cofactor 1, so that agreement with and without cofactor is the same, and every
 * point on the curve except infinity is good.
 */
abstract class TokenAgreementSpi extends DelegatingKeyAgreementSpi {
    final Mechanism mechanism;
    private @Nullable EcKeyHandle key;
    private byte @Nullable [] secret;

    TokenAgreementSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism);
        this.mechanism = mechanism;
    }

    /** Takes or refuses the parameters. */
    abstract void use(@Nullable AlgorithmParameterSpec params) throws InvalidAlgorithmParameterException;

    @Override
    protected final InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an EC private key");
    }

    @Override
    protected final void ownInit(@Nullable Key privateKey, @Nullable AlgorithmParameterSpec params)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        use(params);
        key = EngineKeys.ecPrivate(privateKey, KeyAlgorithm.ECDH, mechanism.name());
    }

    @Override
    protected final void ownForget() {
        key = null;
        forget();
    }

    @Override
    protected final @Nullable Key ownDoPhase(@Nullable Key peer, boolean lastPhase) throws InvalidKeyException {
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

    /** The shared point's x-coordinate, as long as the field, the caller's to wipe; there is none afterwards. */
    final byte[] take() {
        byte[] agreed = secret;
        if (agreed == null) {
            throw new IllegalStateException(mechanism.name() + " has no secret: init and doPhase come first");
        }
        secret = null;
        return agreed;
    }

    /** The length of the secret in bytes; 0 if there is none. */
    final int secretLength() {
        return secret == null ? 0 : secret.length;
    }

    private void forget() {
        if (secret != null) {
            Arrays.fill(secret, (byte) 0);
            secret = null;
        }
    }
}
