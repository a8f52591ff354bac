// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.DelegatingSignatureSpi;
import io.github.schsm.spi.PrivateKeyHandle;
import io.github.schsm.spi.RsaKeyHandle;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SignatureException;
import org.jspecify.annotations.Nullable;

/** What every signature engine here has in common: it signs with a key in a token. */
abstract class TokenSignatureSpi extends DelegatingSignatureSpi {
    final Mechanism mechanism;
    final SignedData data = new SignedData();

    TokenSignatureSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism);
        this.mechanism = mechanism;
    }

    /** Takes the key, or throws and has none then. */
    abstract void use(@Nullable PrivateKey key) throws InvalidKeyException;

    /** Forgets the key. */
    abstract void forgetKey();

    /** The key; null before initialization. */
    abstract @Nullable PrivateKeyHandle key();

    /** Called before the first data of a signature. */
    abstract void begin() throws SignatureException;

    @Override
    protected final void ownForget() {
        forgetKey();
        data.reset();
    }

    @Override
    protected final void ownInitSign(@Nullable PrivateKey privateKey) throws InvalidKeyException {
        use(privateKey);
    }

    @Override
    protected final void ownUpdate(byte[] bytes, int offset, int length) throws SignatureException {
        if (!data.hasBegun()) {
            begin();
        }
        data.update(bytes, offset, length);
    }

    @Override
    protected final void ownPrepare() throws SignatureException {
        if (!data.hasBegun()) {
            begin();
        }
    }

    @Override
    protected final void ownReset() {
        data.reset();
    }

    /** An RSA signature of the token, if it is as long as the modulus. */
    static byte[] whole(RsaKeyHandle signer, byte[] signature) throws SignatureException {
        if (signature.length != EngineKeys.length(signer)) {
            throw new SignatureException(signer.token().description() + " answered " + signature.length
                    + " bytes for a signature of " + signer + ", which has " + EngineKeys.length(signer));
        }
        return signature;
    }
}
