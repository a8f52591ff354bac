// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.ExpectedPeer;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.spi.EcKeyHandle;
import io.github.schsm.spi.KekHandle;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.KeyAgreementSpi;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Agreement of a key domain's KEK between two of its members (docs/protocol.md#xkek-agreement). The KEK comes to be in
 * the device, in {@code doPhase}; what {@code generateSecret("XKEK")} gives is a handle for it.
 */
public final class XkekKeyAgreementSpi extends KeyAgreementSpi {
    private static final String NAME = "ECDH_XKEK";

    private @Nullable EcKeyHandle key;
    private @Nullable KekHandle agreed;
    private @Nullable ExpectedPeer expected;

    @Override
    protected void engineInit(Key privateKey, @Nullable SecureRandom random) throws InvalidKeyException {
        key = null;
        agreed = null;
        expected = null;
        EcKeyHandle handle = EngineKeys.ecPrivate(privateKey, KeyAlgorithm.ECDH_XKEK, NAME);
        if (!handle.details().isExchangeKey()) {
            throw new InvalidKeyException(handle + " is not an exchange key: one is generated in the key domain with"
                    + " ECDH_XKEK as its only algorithm (SchsmKeySpec.exchangeKey)");
        }
        key = handle;
    }

    @Override
    protected void engineInit(Key privateKey, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params != null && !(params instanceof ExpectedPeer)) {
            throw new InvalidAlgorithmParameterException(NAME + " takes an ExpectedPeer or no parameters, not "
                    + params.getClass().getSimpleName());
        }
        engineInit(privateKey, random);
        expected = params instanceof ExpectedPeer peer ? peer : null;
    }

    @Override
    protected @Nullable Key engineDoPhase(Key peer, boolean lastPhase) throws InvalidKeyException {
        EcKeyHandle own = key;
        if (own == null) {
            throw new IllegalStateException(NAME + " was not initialized");
        }
        if (!lastPhase) {
            throw new IllegalStateException(NAME + " is between two parties: the first phase is the last");
        }
        if (!(peer instanceof AttestedPublicKey attested)) {
            throw new InvalidKeyException("the peer's public key is not attested by a device: pass an AttestedPublicKey"
                    + " (AttestedPublicKey.parse of the peer's public key file), not "
                    + (peer == null ? "null" : "a " + peer.getClass().getSimpleName()));
        }
        try {
            agreed = null;
            if (expected != null) {
                expected.require(attested);
            }
            KeyDomain.Status status = own.token().keyDomains().agree(own.key(), attested);
            agreed = new KekHandle(own.token(), status);
            return null;
        } catch (SchsmException failed) {
            throw EngineKeys.invalidKey(failed);
        }
    }

    @Override
    protected byte[] engineGenerateSecret() {
        throw new IllegalStateException(
                "the KEK has no bytes outside the devices: generateSecret(\"XKEK\") gives a handle for it");
    }

    @Override
    protected int engineGenerateSecret(byte[] sharedSecret, int offset) {
        throw new IllegalStateException(
                "the KEK has no bytes outside the devices: generateSecret(\"XKEK\") gives a handle for it");
    }

    @Override
    protected SecretKey engineGenerateSecret(String algorithm) throws NoSuchAlgorithmException {
        if (!algorithm.equalsIgnoreCase("XKEK")) {
            throw new NoSuchAlgorithmException(
                    NAME + " agrees on a key for XKEK and nothing else, not for " + algorithm);
        }
        KekHandle result = agreed;
        if (result == null) {
            throw new IllegalStateException(NAME + " has not agreed on a KEK: init and doPhase come first");
        }
        agreed = null;
        return result;
    }
}
