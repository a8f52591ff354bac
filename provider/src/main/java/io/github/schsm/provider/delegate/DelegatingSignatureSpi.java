// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.Mechanism.Encoding;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signature engine that signs with keys in a device itself, and hands everything else to the next provider: other
 * private keys and all verification. Which of both it is turns out with the key; until then parameters are kept, and
 * taken if one of both knows them.
 */
public abstract class DelegatingSignatureSpi extends SignatureSpi {
    /** Curves of every provider that has any. */
    private static final Set<EcCurve> COMMON = EnumSet.of(EcCurve.SECP256R1, EcCurve.SECP384R1, EcCurve.SECP521R1);

    /** A signature of two ones. */
    private static final byte[] ONE_IN_DER = {0x30, 6, 2, 1, 1, 2, 1, 1};

    private final String name;
    private final Encoding encoding;
    private final Successors successors;
    private @Nullable Signature other;
    private boolean isOwn;
    /** The parameters given last, for whatever key comes next. */
    private @Nullable AlgorithmParameterSpec parameters;

    private boolean hasParameters;
    /** Why keys in a device do not go with these parameters. */
    private @Nullable InvalidAlgorithmParameterException notForOurs;

    /** An engine of a provider for a row of the mechanism table. */
    protected DelegatingSignatureSpi(Provider provider, Mechanism mechanism) {
        this.name = mechanism.name();
        this.encoding = mechanism.encoding();
        this.successors = new Successors(provider, mechanism.type(), List.of(mechanism.name()));
    }

    /** Says which keys in a device the engine takes. */
    protected abstract InvalidKeyException notOurs(Key key);

    /** Forgets the key and what came in. */
    protected abstract void ownForget();

    /** Takes a key that is not another provider's. */
    protected abstract void ownInitSign(@Nullable PrivateKey key) throws InvalidKeyException;

    /** Data to sign. */
    protected abstract void ownUpdate(byte[] bytes, int offset, int length) throws SignatureException;

    /** Called before {@link #ownSign}, to be ready even where no data came in. */
    protected abstract void ownPrepare() throws SignatureException;

    /** Signs. */
    protected abstract byte[] ownSign() throws SignatureException, SchsmException;

    /** Called after {@link #ownSign}, however it ended: forgets the data. */
    protected abstract void ownReset();

    /** Takes parameters, before or after the key. */
    protected abstract void ownSetParameter(@Nullable AlgorithmParameterSpec given)
            throws InvalidAlgorithmParameterException;

    /** The parameters now. */
    protected abstract @Nullable AlgorithmParameters ownGetParameters();

    private void forget() {
        other = null;
        isOwn = false;
        ownForget();
    }

    @Override
    protected final void engineInitSign(@Nullable PrivateKey key, @Nullable SecureRandom random)
            throws InvalidKeyException {
        appRandom = random;
        engineInitSign(key);
    }

    @Override
    protected final void engineInitSign(@Nullable PrivateKey key) throws InvalidKeyException {
        forget();
        if (key != null && !Successors.isOurs(key)) {
            SecureRandom random = appRandom;
            other = next(key, signature -> {
                if (random == null) {
                    signature.initSign(key);
                } else {
                    signature.initSign(key, random);
                }
            });
            return;
        }
        if (notForOurs != null) {
            throw new InvalidKeyException(notForOurs.getMessage(), notForOurs);
        }
        ownInitSign(key);
        isOwn = true;
    }

    @Override
    protected final void engineInitVerify(@Nullable PublicKey key) throws InvalidKeyException {
        forget();
        if (key == null) {
            throw new InvalidKeyException(name + " verifies with a public key, not with null");
        }
        other = next(key, signature -> {
            signature.initVerify(key);
            if (key instanceof ECPublicKey ec && !isOnCommonCurve(ec)) {
                requireCurve(signature, ec);
            }
        });
    }

    private static boolean isOnCommonCurve(ECPublicKey key) {
        return EcCurve.of(key.getParams()).filter(COMMON::contains).isPresent();
    }

    /** Any signature: SunEC takes keys on curves that it lacks, and says so when it has seen the signature. */
    private void requireCurve(Signature signature, ECPublicKey key) throws GeneralSecurityException {
        int length = (key.getParams().getOrder().bitLength() + 7) / 8;
        byte[] one = new byte[2 * length];
        one[length - 1] = 1;
        one[2 * length - 1] = 1;
        try {
            signature.update(new byte[length]);
            boolean neverTrue = signature.verify(encoding == Encoding.P1363 ? one : ONE_IN_DER);
            if (neverTrue) {
                throw new InvalidKeyException(signature.getProvider().getName() + " takes any signature for good");
            }
        } catch (SignatureException lacksTheCurve) {
            throw new InvalidKeyException(lacksTheCurve.getMessage(), lacksTheCurve);
        }
    }

    /** What is done with an engine of another provider. */
    @FunctionalInterface
    private interface Init {
        void accept(Signature signature) throws GeneralSecurityException;
    }

    private Signature next(Key key, Init init) throws InvalidKeyException {
        try {
            return successors.first(key, (algorithm, provider) -> {
                Signature signature = Signature.getInstance(algorithm, provider);
                if (hasParameters) {
                    signature.setParameter(parameters);
                }
                init.accept(signature);
                return signature;
            });
        } catch (GeneralSecurityException refused) {
            throw Successors.nobodyTakes(key, notOurs(key), refused);
        }
    }

    @Override
    protected final void engineUpdate(byte b) throws SignatureException {
        engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected final void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
        if (other != null) {
            other.update(bytes, offset, length);
        } else {
            requireInitialized();
            ownUpdate(bytes, offset, length);
        }
    }

    @Override
    protected final void engineUpdate(ByteBuffer input) {
        if (other == null) {
            super.engineUpdate(input);
            return;
        }
        try {
            other.update(input);
        } catch (SignatureException refused) {
            throw new ProviderException(refused.getMessage(), refused);
        }
    }

    private void requireInitialized() throws SignatureException {
        if (!isOwn) {
            throw new SignatureException(name + " was not initialized for signing or verification");
        }
    }

    @Override
    protected final byte[] engineSign() throws SignatureException {
        if (other != null) {
            return other.sign();
        }
        requireInitialized();
        try {
            ownPrepare();
            return ownSign();
        } catch (SchsmException failed) {
            throw new SignatureException(failed.getMessage(), failed);
        } finally {
            ownReset();
        }
    }

    @Override
    protected final boolean engineVerify(byte[] signature) throws SignatureException {
        if (other == null) {
            throw new SignatureException(name + " was not initialized for verification");
        }
        return other.verify(signature);
    }

    @Override
    protected final boolean engineVerify(byte[] signature, int offset, int length) throws SignatureException {
        if (other == null) {
            throw new SignatureException(name + " was not initialized for verification");
        }
        return other.verify(signature, offset, length);
    }

    @Override
    protected final void engineSetParameter(@Nullable AlgorithmParameterSpec given)
            throws InvalidAlgorithmParameterException {
        InvalidAlgorithmParameterException refusal = null;
        if (other != null) {
            other.setParameter(given);
        }
        try {
            ownSetParameter(given);
        } catch (InvalidAlgorithmParameterException refused) {
            refusal = refused;
        }
        if (refusal != null && other == null && (isOwn || !isKnownElsewhere(given))) {
            throw refusal;
        }
        parameters = given;
        hasParameters = true;
        notForOurs = refusal;
    }

    /** Other hash functions than ours, for instance. */
    private boolean isKnownElsewhere(@Nullable AlgorithmParameterSpec given) {
        if (given instanceof PSSParameterSpec pss && !isSound(pss)) {
            return false;
        }
        try {
            successors.first(null, (algorithm, provider) -> {
                Signature signature = Signature.getInstance(algorithm, provider);
                signature.setParameter(given);
                return signature;
            });
            return true;
        } catch (GeneralSecurityException | RuntimeException nobodyDoes) {
            return false;
        }
    }

    /** What no provider should take: some don't look at mask and trailer, and nobody is to verify with MD5. */
    private static boolean isSound(PSSParameterSpec pss) {
        return pss.getMGFAlgorithm().equalsIgnoreCase("MGF1")
                && pss.getMGFParameters() instanceof MGF1ParameterSpec mgf
                && pss.getTrailerField() == PSSParameterSpec.TRAILER_FIELD_BC
                && !isBroken(pss.getDigestAlgorithm())
                && !isBroken(mgf.getDigestAlgorithm());
    }

    private static boolean isBroken(String hash) {
        return hash.toUpperCase(Locale.ROOT).startsWith("MD");
    }

    @Override
    protected final @Nullable AlgorithmParameters engineGetParameters() {
        return other != null ? other.getParameters() : ownGetParameters();
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    protected final void engineSetParameter(String parameter, Object value) {
        if (other == null) {
            throw noParameter(parameter);
        }
        other.setParameter(parameter, value);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    protected final Object engineGetParameter(String parameter) {
        if (other == null) {
            throw noParameter(parameter);
        }
        return other.getParameter(parameter);
    }

    private InvalidParameterException noParameter(String parameter) {
        return new InvalidParameterException(name + " has no parameter \"" + parameter + "\"");
    }
}
