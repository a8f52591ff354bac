// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.spi.RsaKeyHandle;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * RSASSA-PSS. The device pads where it can: a SHA-1 or SHA-256 hash, MGF1 with the same function, a salt as long as the
 * hash. Everything else is padded here, or hashed there where the key's list has nothing else. Key and parameters may
 * come in either order, and stay for the next signature.
 */
public final class RsaPssSignatureSpi extends TokenSignatureSpi {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TRAILER_BC = 1;
    /** What the device takes as a given hash. */
    private static final Set<HashAlgorithm> HASHES_GIVEN = Set.of(HashAlgorithm.SHA1, HashAlgorithm.SHA256);

    private @Nullable RsaKeyHandle key;
    private @Nullable Parameters parameters;
    private @Nullable KeyAlgorithm algorithm;

    /** Parameters that were found good, with standard names. */
    private record Parameters(PSSParameterSpec spec, HashAlgorithm hash, HashAlgorithm mgfHash, MessageDigest digest) {
        boolean asTheDeviceDoes() {
            return hash == mgfHash && spec.getSaltLength() == hash.length();
        }

        /**
         * In the order of preference. A token that takes parameters of any kind is not believed where there is another
         * way: modules are in use that pass over the salt's length and sign with another one.
         *
         * @param any whether the token takes parameters of any kind
         */
        List<KeyAlgorithm> algorithms(boolean any) {
            List<KeyAlgorithm> algorithms = new ArrayList<>();
            if (!any && asTheDeviceDoes() && HASHES_GIVEN.contains(hash)) {
                algorithms.add(KeyAlgorithm.RSA_PSS);
            }
            algorithms.add(KeyAlgorithm.RSA_RAW);
            if (any) {
                algorithms.add(KeyAlgorithm.RSA_PSS);
            }
            if (any || asTheDeviceDoes()) {
                MechanismTable.hashedByDevice(KeyAlgorithm.RSA_PSS, hash).ifPresent(algorithms::add);
            }
            return algorithms;
        }

        KeyAlgorithm choose(RsaKeyHandle key) throws InvalidKeyException {
            int bits = key.getModulus().bitLength();
            int most = RsaPadding.maxPssSalt(bits, hash.length());
            if (spec.getSaltLength() > most) {
                throw new InvalidKeyException("a hash of " + hash.jca() + " and a salt of " + spec.getSaltLength()
                        + " bytes do not fit into " + key + " of " + bits + " bits"
                        + (most < 0 ? "" : "; the salt may have " + most));
            }
            try {
                return EngineKeys.firstAllowed(key, algorithms(key.token().takesPaddingParameters()));
            } catch (InvalidKeyException notAllowed) {
                throw new InvalidKeyException(
                        notAllowed.getMessage() + "; the parameters are " + hash.jca() + ", MGF1 with " + mgfHash.jca()
                                + ", a salt of " + spec.getSaltLength() + " bytes",
                        notAllowed);
            }
        }
    }

    public RsaPssSignatureSpi(Provider provider, Mechanism mechanism) throws NoSuchAlgorithmException {
        super(provider, mechanism);
        HashAlgorithm hash = mechanism.hash();
        if (hash != null) {
            parameters = new Parameters(
                    new PSSParameterSpec(
                            hash.jca(), "MGF1", new MGF1ParameterSpec(hash.jca()), hash.length(), TRAILER_BC),
                    hash,
                    hash,
                    MessageDigest.getInstance(hash.jca()));
        }
    }

    private Parameters checked(@Nullable AlgorithmParameterSpec given) throws InvalidAlgorithmParameterException {
        if (!(given instanceof PSSParameterSpec spec)) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes a PSSParameterSpec, not "
                    + (given == null ? "null" : given.getClass().getSimpleName()));
        }
        HashAlgorithm hash = RsaPadding.hash(spec.getDigestAlgorithm());
        if (mechanism.hash() != null && mechanism.hash() != hash) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " hashes with " + mechanism.digest()
                    + ", not with " + hash.jca() + ": use RSASSA-PSS for parameters of any kind");
        }
        if (!spec.getMGFAlgorithm().equalsIgnoreCase("MGF1")
                || !(spec.getMGFParameters() instanceof MGF1ParameterSpec mgf)) {
            throw new InvalidAlgorithmParameterException("the mask generation function of " + mechanism.name()
                    + " is MGF1 with an MGF1ParameterSpec, not " + spec.getMGFAlgorithm());
        }
        if (spec.getTrailerField() != TRAILER_BC) {
            throw new InvalidAlgorithmParameterException("the trailer field of " + mechanism.name() + " is "
                    + TRAILER_BC + ", not " + spec.getTrailerField());
        }
        HashAlgorithm mgfHash = RsaPadding.hash(mgf.getDigestAlgorithm());
        try {
            return new Parameters(spec, hash, mgfHash, MessageDigest.getInstance(hash.jca()));
        } catch (NoSuchAlgorithmException notInThisJvm) {
            throw new InvalidAlgorithmParameterException(
                    "no provider of this JVM computes " + hash.jca(), notInThisJvm);
        }
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an RSA private key");
    }

    @Override
    void use(@Nullable PrivateKey privateKey) throws InvalidKeyException {
        RsaKeyHandle signer = EngineKeys.rsaPrivate(privateKey, mechanism.name());
        Parameters given = parameters;
        if (given == null) {
            EngineKeys.firstAllowed(signer, anyPss());
        } else {
            algorithm = given.choose(signer);
        }
        key = signer;
    }

    /** Whatever the parameters may be. */
    private static List<KeyAlgorithm> anyPss() {
        return List.of(
                KeyAlgorithm.RSA_PSS,
                KeyAlgorithm.RSA_RAW,
                KeyAlgorithm.RSA_PSS_SHA1,
                KeyAlgorithm.RSA_PSS_SHA224,
                KeyAlgorithm.RSA_PSS_SHA256,
                KeyAlgorithm.RSA_PSS_SHA384,
                KeyAlgorithm.RSA_PSS_SHA512);
    }

    @Override
    void forgetKey() {
        key = null;
        algorithm = null;
    }

    @Override
    @Nullable
    RsaKeyHandle key() {
        return key;
    }

    @Override
    void begin() throws SignatureException {
        Parameters given = parameters;
        if (given == null) {
            throw new SignatureException(
                    mechanism.name() + " needs parameters: call setParameter with a PSSParameterSpec");
        }
        if (isHashedThere()) {
            data.keepForToken(mechanism.name(), Objects.requireNonNull(key));
        } else {
            data.hash(given.digest);
        }
    }

    private boolean isHashedThere() {
        return algorithm != KeyAlgorithm.RSA_PSS && algorithm != KeyAlgorithm.RSA_RAW;
    }

    @Override
    protected byte[] ownSign() throws SignatureException, SchsmException {
        RsaKeyHandle signer = Objects.requireNonNull(key);
        Parameters given = Objects.requireNonNull(parameters);
        KeyAlgorithm chosen = Objects.requireNonNull(algorithm);
        byte[] input = data.take();
        if (chosen != KeyAlgorithm.RSA_RAW) {
            try {
                return whole(signer, signer.token().sign(signer.key(), chosen, given.spec, input));
            } catch (DeviceException notInThisFirmware) {
                if (notInThisFirmware.reason() != Reason.ALGORITHM_NOT_ALLOWED) {
                    throw notInThisFirmware;
                }
                if (isHashedThere() || !signer.details().allows(KeyAlgorithm.RSA_RAW)) {
                    throw notInThisFirmware;
                }
            }
        }
        byte[] salt = new byte[given.spec.getSaltLength()];
        (appRandom == null ? RANDOM : appRandom).nextBytes(salt);
        byte[] padded = RsaPadding.emsaPss(given.hash, given.mgfHash, signer.getModulus(), input, salt);
        return whole(signer, signer.token().sign(signer.key(), KeyAlgorithm.RSA_RAW, null, padded));
    }

    /** Between the first data and the signature the parameters stay as they are. */
    @Override
    protected void ownSetParameter(@Nullable AlgorithmParameterSpec given) throws InvalidAlgorithmParameterException {
        Parameters wanted = checked(given);
        if (data.hasBegun()) {
            throw new InvalidAlgorithmParameterException(
                    "the parameters of " + mechanism.name() + " cannot change before the data that came in is signed");
        }
        RsaKeyHandle signer = key;
        if (signer != null) {
            try {
                algorithm = wanted.choose(signer);
            } catch (InvalidKeyException doesNotFit) {
                throw new InvalidAlgorithmParameterException(doesNotFit.getMessage(), doesNotFit);
            }
        }
        parameters = wanted;
    }

    @Override
    protected @Nullable AlgorithmParameters ownGetParameters() {
        Parameters given = parameters;
        if (given == null) {
            return null;
        }
        try {
            AlgorithmParameters encoded = AlgorithmParameters.getInstance("RSASSA-PSS");
            encoded.init(given.spec);
            return encoded;
        } catch (GeneralSecurityException notInThisJdk) {
            throw new ProviderException("this JDK has no AlgorithmParameters for " + given.spec, notInThisJdk);
        }
    }
}
