// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.spi.EcKeyHandle;
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
import java.security.spec.ECParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * ECDSA: the hash is made here, whatever the size of the data, and the device signs it with one command. A key whose
 * algorithm list has it hashed in the device only gets the data itself.
 */
public final class EcdsaSignatureSpi extends TokenSignatureSpi {
    /** Bytes of the longest curve order: more is no hash. */
    private static final int MAX_HASH = 66;

    private final @Nullable MessageDigest digest;
    private final List<KeyAlgorithm> algorithms = new ArrayList<>();
    private @Nullable EcKeyHandle key;
    private KeyAlgorithm algorithm = KeyAlgorithm.ECDSA;

    public EcdsaSignatureSpi(Provider provider, Mechanism mechanism) throws NoSuchAlgorithmException {
        super(provider, mechanism);
        String hash = mechanism.digest();
        this.digest = hash == null ? null : MessageDigest.getInstance(hash);
        algorithms.add(KeyAlgorithm.ECDSA);
        MechanismTable.hashedByDevice(KeyAlgorithm.ECDSA, mechanism.hash()).ifPresent(algorithms::add);
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an EC private key");
    }

    @Override
    void use(@Nullable PrivateKey privateKey) throws InvalidKeyException {
        EcKeyHandle signer = EngineKeys.ecPrivate(privateKey, algorithms, mechanism.name());
        algorithm = EngineKeys.firstAllowed(signer, algorithms);
        key = signer;
        if (algorithm != KeyAlgorithm.ECDSA) {
            data.keepForToken(mechanism.name(), signer);
        } else if (digest != null) {
            data.hash(digest);
        } else {
            data.keep(
                    MAX_HASH,
                    mechanism.name() + " signs a hash of at most " + MAX_HASH
                            + " bytes (use SHA256withECDSA for data)");
        }
    }

    @Override
    void forgetKey() {
        key = null;
    }

    @Override
    @Nullable
    EcKeyHandle key() {
        return key;
    }

    @Override
    void begin() {
        // The algorithm is chosen with the key.
    }

    @Override
    protected byte[] ownSign() throws SignatureException, SchsmException {
        EcKeyHandle signer = Objects.requireNonNull(key);
        byte[] input = data.take();
        int orderLength = signer.curve().orderLength();
        if (algorithm == KeyAlgorithm.ECDSA) {
            if (input.length == 0) {
                throw new SignatureException(mechanism.name() + " got no hash to sign");
            }
            input = EcdsaSignature.truncate(input, orderLength);
        }
        byte[] der = signer.token().sign(signer.key(), algorithm, null, input);
        return mechanism.encoding() == Mechanism.Encoding.P1363
                ? EcdsaSignature.parse(der).plain(orderLength)
                : der;
    }

    /** As with other providers, the parameters of the key's own curve are accepted and change nothing. */
    @Override
    protected void ownSetParameter(@Nullable AlgorithmParameterSpec parameters)
            throws InvalidAlgorithmParameterException {
        if (parameters == null) {
            return;
        }
        boolean ofTheKey = parameters instanceof ECParameterSpec spec
                && (key == null || EcCurve.of(spec).filter(key.curve()::equals).isPresent());
        if (!ofTheKey) {
            throw new InvalidAlgorithmParameterException(
                    mechanism.name() + " takes no parameters but those of the key's" + " curve, not "
                            + parameters.getClass().getSimpleName());
        }
    }

    @Override
    protected @Nullable AlgorithmParameters ownGetParameters() {
        return null;
    }
}
