package io.github.schsm.provider;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.Mechanism;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.SchsmRsaPrivateKey;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** What every signature engine here has in common: it signs with a key in a token, and never verifies. */
abstract class TokenSignatureSpi extends SignatureSpi {
    final Mechanism mechanism;
    final SignedData data = new SignedData();

    TokenSignatureSpi(Mechanism mechanism) {
        this.mechanism = mechanism;
    }

    /** Takes the key, or throws and has none then. */
    abstract void use(@Nullable PrivateKey key) throws InvalidKeyException;

    /** Forgets the key. */
    abstract void forgetKey();

    /** The key; null before initialization. */
    abstract @Nullable SchsmPrivateKey key();

    /** Called before the first data of a signature. */
    abstract void begin() throws SignatureException;

    /** Signs what came in. */
    abstract byte[] sign() throws SignatureException, SchsmException;

    @Override
    protected final void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
        forgetKey();
        data.reset();
        throw new InvalidKeyException("signatures are verified in software: use " + mechanism.name()
                + " of another provider (leave the provider's name out, or name the JDK's or BC)");
    }

    @Override
    protected final void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
        forgetKey();
        data.reset();
        use(privateKey);
    }

    private void requireKey() throws SignatureException {
        if (key() == null) {
            throw new SignatureException(mechanism.name() + " was not initialized for signing");
        }
    }

    @Override
    protected final void engineUpdate(byte b) throws SignatureException {
        engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected final void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
        requireKey();
        if (!data.hasBegun()) {
            begin();
        }
        data.update(bytes, offset, length);
    }

    @Override
    protected final byte[] engineSign() throws SignatureException {
        requireKey();
        try {
            if (!data.hasBegun()) {
                begin();
            }
            return sign();
        } catch (SchsmException failed) {
            throw new SignatureException(failed.getMessage(), failed);
        } finally {
            data.reset();
        }
    }

    /** An RSA signature of the token, which is as long as the modulus. */
    final byte[] signed(
            SchsmRsaPrivateKey signer,
            KeyAlgorithm algorithm,
            @Nullable AlgorithmParameterSpec parameters,
            byte[] input)
            throws SignatureException, SchsmException {
        byte[] signature = signer.token().sign(signer.key(), algorithm, parameters, input);
        if (signature.length != EngineKeys.length(signer)) {
            throw new SignatureException(signer.token().description() + " answered " + signature.length
                    + " bytes for a signature of " + signer + ", which has " + EngineKeys.length(signer));
        }
        return signature;
    }

    @Override
    protected final boolean engineVerify(byte[] signature) throws SignatureException {
        throw new SignatureException(mechanism.name() + " was not initialized for verification");
    }

    @Override
    @Deprecated
    protected final void engineSetParameter(String parameter, Object value) {
        throw new InvalidParameterException(mechanism.name() + " has no parameter \"" + parameter + "\"");
    }

    @Override
    @Deprecated
    protected final Object engineGetParameter(String parameter) {
        throw new InvalidParameterException(mechanism.name() + " has no parameter \"" + parameter + "\"");
    }
}
