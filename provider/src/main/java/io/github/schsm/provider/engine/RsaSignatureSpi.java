// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.spi.RsaKeyHandle;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RSA signatures with PKCS#1 v1.5 padding. Hash and padding are made here where the key's list allows it, because some
 * firmware answers 6400 when it shall pad; else the device pads, or hashes too where the list has nothing else. A PKCS#11
 * module pads itself: that is what all of them have, and the bare operation is not.
 */
public final class RsaSignatureSpi extends TokenSignatureSpi {
    private final @Nullable MessageDigest digest;
    private @Nullable RsaKeyHandle key;
    private KeyAlgorithm algorithm = KeyAlgorithm.RSA_PKCS1;

    public RsaSignatureSpi(Provider provider, Mechanism mechanism) throws NoSuchAlgorithmException {
        super(provider, mechanism);
        String hash = mechanism.digest();
        this.digest = hash == null ? null : MessageDigest.getInstance(hash);
    }

    /** In the order of preference. */
    private List<KeyAlgorithm> algorithms(RsaKeyHandle signer) {
        List<KeyAlgorithm> algorithms = new ArrayList<>();
        algorithms.add(KeyAlgorithm.RSA_PKCS1);
        algorithms.add(signer.token().takesPaddingParameters() ? 1 : 0, KeyAlgorithm.RSA_RAW);
        MechanismTable.hashedByDevice(KeyAlgorithm.RSA_PKCS1, mechanism.hash()).ifPresent(algorithms::add);
        return algorithms;
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an RSA private key");
    }

    @Override
    void use(@Nullable PrivateKey privateKey) throws InvalidKeyException {
        RsaKeyHandle signer = EngineKeys.rsaPrivate(privateKey, mechanism.name());
        algorithm = EngineKeys.firstAllowed(signer, algorithms(signer));
        key = signer;
        int most = RsaPadding.maxPkcs1(EngineKeys.length(signer));
        if (algorithm != KeyAlgorithm.RSA_PKCS1 && algorithm != KeyAlgorithm.RSA_RAW) {
            data.keepForToken(mechanism.name(), signer);
        } else if (digest != null) {
            data.hash(digest);
        } else {
            data.keep(
                    most,
                    mechanism.name() + " signs a DigestInfo of at most " + most
                            + " bytes with this key (use SHA256withRSA for data)");
        }
    }

    @Override
    void forgetKey() {
        key = null;
    }

    @Override
    @Nullable
    RsaKeyHandle key() {
        return key;
    }

    @Override
    void begin() {
        // The algorithm is chosen with the key.
    }

    @Override
    protected byte[] ownSign() throws SignatureException, SchsmException {
        RsaKeyHandle signer = Objects.requireNonNull(key);
        HashAlgorithm hash = mechanism.hash();
        byte[] input = data.take();
        if (algorithm != KeyAlgorithm.RSA_PKCS1 && algorithm != KeyAlgorithm.RSA_RAW) {
            return whole(signer, signer.token().sign(signer.key(), algorithm, null, input));
        }
        if (hash != null) {
            input = RsaPadding.digestInfo(hash, input);
        } else if (input.length == 0) {
            throw new SignatureException(mechanism.name() + " got no DigestInfo to sign");
        }
        int length = EngineKeys.length(signer);
        if (input.length > RsaPadding.maxPkcs1(length)) {
            throw new SignatureException("a hash of " + mechanism.digest() + " is too long for " + signer);
        }
        KeyAlgorithm other = algorithm == KeyAlgorithm.RSA_RAW ? KeyAlgorithm.RSA_PKCS1 : KeyAlgorithm.RSA_RAW;
        try {
            return whole(signer, signer.token().sign(signer.key(), algorithm, null, block(algorithm, input, length)));
        } catch (DeviceException | InvalidRequestException refused) {
            // The firmware does not have this one, or the reader has no place for the padded block.
            if (refused instanceof DeviceException && refused.reason() != Reason.ALGORITHM_NOT_ALLOWED) {
                throw refused;
            }
            if (!signer.details().allows(other)) {
                throw refused;
            }
            return whole(signer, signer.token().sign(signer.key(), other, null, block(other, input, length)));
        }
    }

    /** What the token gets for an algorithm. */
    private static byte[] block(KeyAlgorithm by, byte[] digestInfo, int length) {
        return by == KeyAlgorithm.RSA_RAW ? RsaPadding.emsaPkcs1(digestInfo, length) : digestInfo;
    }

    @Override
    protected void ownSetParameter(@Nullable AlgorithmParameterSpec parameters)
            throws InvalidAlgorithmParameterException {
        if (parameters != null) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes no parameters, not "
                    + parameters.getClass().getSimpleName());
        }
    }

    @Override
    protected @Nullable AlgorithmParameters ownGetParameters() {
        return null;
    }
}
