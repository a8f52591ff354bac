package io.github.schsm.provider;

import io.github.schsm.EcCurve;
import io.github.schsm.EcdsaSignature;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.Mechanism;
import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.SchsmException;
import java.io.ByteArrayOutputStream;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECParameterSpec;
import org.jspecify.annotations.Nullable;

/** ECDSA: the hash is made here, whatever the size of the data, and the device signs it with one command. */
final class EcdsaSignatureSpi extends SignatureSpi {
    /** Bytes of the longest curve order: more is no hash. */
    private static final int MAX_HASH = 66;

    private final Mechanism mechanism;
    private final @Nullable MessageDigest digest;
    private final ByteArrayOutputStream given = new ByteArrayOutputStream();
    private @Nullable SchsmEcPrivateKey key;

    EcdsaSignatureSpi(Mechanism mechanism) throws NoSuchAlgorithmException {
        this.mechanism = mechanism;
        String hash = mechanism.digest();
        this.digest = hash == null ? null : MessageDigest.getInstance(hash);
    }

    @Override
    protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
        key = null;
        throw new InvalidKeyException("signatures are verified in software: use " + mechanism.name()
                + " of another provider (leave the provider's name out, or name SunEC or BC)");
    }

    @Override
    protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
        key = null;
        reset();
        key = EngineKeys.ecPrivate(privateKey, KeyAlgorithm.ECDSA, mechanism.name());
    }

    private void reset() {
        given.reset();
        if (digest != null) {
            digest.reset();
        }
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
        engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] data, int offset, int length) throws SignatureException {
        if (digest != null) {
            digest.update(data, offset, length);
            return;
        }
        if (length > MAX_HASH - given.size()) {
            int size = given.size() + length;
            reset();
            throw new SignatureException(mechanism.name() + " signs a hash of at most " + MAX_HASH + " bytes, this has "
                    + size + " so far: use SHA256withECDSA for data");
        }
        given.write(data, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        SchsmEcPrivateKey signer = key;
        if (signer == null) {
            throw new SignatureException(mechanism.name() + " was not initialized for signing");
        }
        byte[] hash = digest == null ? given.toByteArray() : digest.digest();
        reset();
        if (hash.length == 0) {
            throw new SignatureException(mechanism.name() + " got no hash to sign");
        }
        try {
            byte[] der = signer.token()
                    .sign(
                            signer.key(),
                            mechanism,
                            EcdsaSignature.truncate(hash, signer.curve().orderLength()));
            return mechanism.encoding() == Mechanism.Encoding.P1363
                    ? EcdsaSignature.parse(der).plain(signer.curve().orderLength())
                    : der;
        } catch (SchsmException failed) {
            throw new SignatureException(failed.getMessage(), failed);
        }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        throw new SignatureException(mechanism.name() + " was not initialized for verification");
    }

    /** As with other providers, the parameters of the key's own curve are accepted and change nothing. */
    @Override
    protected void engineSetParameter(@Nullable AlgorithmParameterSpec parameters)
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
    protected @Nullable AlgorithmParameters engineGetParameters() {
        return null;
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String parameter, Object value) {
        throw new InvalidParameterException(mechanism.name() + " has no parameter \"" + parameter + "\"");
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String parameter) {
        throw new InvalidParameterException(mechanism.name() + " has no parameter \"" + parameter + "\"");
    }
}
