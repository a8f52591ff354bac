package io.github.schsm.provider;

import io.github.schsm.AlgorithmNotAllowedException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.Mechanism;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmRsaPrivateKey;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RSA signatures with PKCS#1 v1.5 padding. The hash is made here; the device pads it, or gets it padded where the key's
 * list or the firmware wants it so, or hashes itself where the list has nothing else.
 */
final class RsaSignatureSpi extends TokenSignatureSpi {
    private final @Nullable MessageDigest digest;
    private final List<KeyAlgorithm> algorithms = new ArrayList<>();
    private @Nullable SchsmRsaPrivateKey key;
    private KeyAlgorithm algorithm = KeyAlgorithm.RSA_PKCS1;

    RsaSignatureSpi(Mechanism mechanism) throws NoSuchAlgorithmException {
        super(mechanism);
        String hash = mechanism.digest();
        this.digest = hash == null ? null : MessageDigest.getInstance(hash);
        algorithms.add(KeyAlgorithm.RSA_PKCS1);
        algorithms.add(KeyAlgorithm.RSA_RAW);
        DeviceHash.of(KeyAlgorithm.RSA_PKCS1, hash).ifPresent(algorithms::add);
    }

    @Override
    void use(@Nullable PrivateKey privateKey) throws InvalidKeyException {
        SchsmRsaPrivateKey signer = EngineKeys.rsaPrivate(privateKey, mechanism.name());
        algorithm = EngineKeys.firstAllowed(signer, algorithms);
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
    SchsmRsaPrivateKey key() {
        return key;
    }

    @Override
    void begin() {
        // The algorithm is chosen with the key.
    }

    @Override
    byte[] sign() throws SignatureException, SchsmException {
        SchsmRsaPrivateKey signer = Objects.requireNonNull(key);
        String hash = mechanism.digest();
        byte[] input = data.take();
        if (algorithm != KeyAlgorithm.RSA_PKCS1 && algorithm != KeyAlgorithm.RSA_RAW) {
            return signed(signer, algorithm, null, input);
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
        if (algorithm == KeyAlgorithm.RSA_PKCS1) {
            try {
                return signed(signer, KeyAlgorithm.RSA_PKCS1, null, input);
            } catch (AlgorithmNotAllowedException notInThisFirmware) {
                if (!signer.details().allows(KeyAlgorithm.RSA_RAW)) {
                    throw notInThisFirmware;
                }
            }
        }
        return signed(signer, KeyAlgorithm.RSA_RAW, null, RsaPadding.emsaPkcs1(input, length));
    }

    @Override
    protected void engineSetParameter(@Nullable AlgorithmParameterSpec parameters)
            throws InvalidAlgorithmParameterException {
        if (parameters != null) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes no parameters, not "
                    + parameters.getClass().getSimpleName());
        }
    }

    @Override
    protected @Nullable AlgorithmParameters engineGetParameters() {
        return null;
    }
}
