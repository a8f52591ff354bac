// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.mechanism.Lightweight;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.jspecify.annotations.Nullable;

/** Whether what a member signed verifies with the public key that it lists. */
final class SignatureCheck {
    private static final int ALGORITHM_KINDS = 0xF0;
    private static final byte PSS_TRAILER = (byte) 0xBC;

    private SignatureCheck() {}

    /**
     * Verifies.
     *
     * @param input     as {@link io.github.schsm.spi.Token#sign} takes it
     * @param signature as that method returns it
     * @return false also for what cannot be verified, e.g. because of parameters that nobody here knows
     */
    static boolean holds(
            PublicKey claimed,
            KeyAlgorithm algorithm,
            @Nullable AlgorithmParameterSpec parameters,
            byte[] input,
            byte[] signature) {
        PublicKey key = PublicKeyNumbers.of(claimed);
        try {
            if (key instanceof ECPublicKey ec) {
                return ec(ec, algorithm, input, EcdsaSignature.parse(signature));
            }
            return key instanceof RSAPublicKey rsa && rsa(rsa, algorithm, parameters, input, signature);
        } catch (SchsmException | CryptoException | RuntimeException malformed) {
            return false;
        }
    }

    private static boolean ec(ECPublicKey key, KeyAlgorithm algorithm, byte[] input, EcdsaSignature signature)
            throws SchsmException {
        EcCurve curve = EcCurve.of(key.getParams()).orElse(null);
        byte[] hash =
                inDevice(algorithm).map(function -> function.digest(input)).orElse(input);
        return curve != null && curve.verify(curve.encode(key.getW()), hash, signature.plain(curve.orderLength()));
    }

    private static boolean rsa(
            RSAPublicKey key,
            KeyAlgorithm algorithm,
            @Nullable AlgorithmParameterSpec parameters,
            byte[] input,
            byte[] signature)
            throws CryptoException {
        RSAKeyParameters numbers = new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent());
        if (algorithm == KeyAlgorithm.RSA_RAW || algorithm == KeyAlgorithm.RSA_PKCS1) {
            BigInteger opened = new BigInteger(1, signature).modPow(key.getPublicExponent(), key.getModulus());
            byte[] block = algorithm == KeyAlgorithm.RSA_RAW ? input : padded(input, key.getModulus());
            return opened.equals(new BigInteger(1, block));
        }
        Optional<HashAlgorithm> inDevice = inDevice(algorithm);
        Signer verifier;
        if (kind(algorithm) == KeyAlgorithm.RSA_PSS.id()) {
            verifier = pss(inDevice, parameters, input.length);
        } else {
            verifier = new RSADigestSigner(digest(inDevice.orElseThrow()));
        }
        verifier.init(false, numbers);
        verifier.update(input, 0, input.length);
        return verifier.verifySignature(signature);
    }

    private static int kind(KeyAlgorithm algorithm) {
        return algorithm.id() & ALGORITHM_KINDS;
    }

    /** The hash that the device computes; empty if it is given. */
    private static Optional<HashAlgorithm> inDevice(KeyAlgorithm algorithm) {
        return HashAlgorithm.numbered(algorithm.id() - kind(algorithm));
    }

    /** Without parameters MGF1 is of the same hash, and the salt is as long as it. */
    private static Signer pss(
            Optional<HashAlgorithm> inDevice, @Nullable AlgorithmParameterSpec parameters, int inputLength) {
        HashAlgorithm hash = inDevice.orElseGet(() -> ofLength(inputLength));
        HashAlgorithm mask = hash;
        int salt = hash.length();
        if (parameters instanceof PSSParameterSpec pss) {
            hash = HashAlgorithm.named(pss.getDigestAlgorithm()).orElseThrow();
            mask = pss.getMGFParameters() instanceof MGF1ParameterSpec mgf
                    ? HashAlgorithm.named(mgf.getDigestAlgorithm()).orElseThrow()
                    : hash;
            salt = pss.getSaltLength();
        }
        return inDevice.isPresent()
                ? new PSSSigner(new RSAEngine(), digest(hash), digest(mask), salt, PSS_TRAILER)
                : Lightweight.pss(new RSAEngine(), digest(hash), digest(mask), salt, PSS_TRAILER);
    }

    private static HashAlgorithm ofLength(int length) {
        return Arrays.stream(HashAlgorithm.values())
                .filter(hash -> hash.length() == length)
                .findFirst()
                .orElseThrow();
    }

    private static Digest digest(HashAlgorithm hash) {
        return switch (hash) {
            case SHA1 -> new SHA1Digest();
            case SHA224 -> new SHA224Digest();
            case SHA256 -> new SHA256Digest();
            case SHA384 -> new SHA384Digest();
            case SHA512 -> new SHA512Digest();
            default -> throw new IllegalArgumentException(hash.jca());
        };
    }

    /** EMSA-PKCS1-v1_5, RFC 8017 section 9.2. */
    private static byte[] padded(byte[] digestInfo, BigInteger modulus) {
        byte[] block = new byte[(modulus.bitLength() + Byte.SIZE - 1) / Byte.SIZE];
        int begin = block.length - digestInfo.length;
        block[1] = 1;
        Arrays.fill(block, 2, begin - 1, (byte) 0xFF);
        System.arraycopy(digestInfo, 0, block, begin, digestInfo.length);
        return block;
    }
}
