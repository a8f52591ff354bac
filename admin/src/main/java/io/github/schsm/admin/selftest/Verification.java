// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Lightweight;
import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.util.BigIntegers;

/** Verifies what a device has signed. */
final class Verification {
    static final byte[] SHA_1 = Probe.hex("3021300906052B0E03021A05000414");
    static final byte[] SHA_224 = Probe.hex("302D300D06096086480165030402040500041C");
    static final byte[] SHA_256 = Probe.hex("3031300D060960864801650304020105000420");
    static final byte[] SHA_384 = Probe.hex("3041300D060960864801650304020205000430");
    static final byte[] SHA_512 = Probe.hex("3051300D060960864801650304020305000440");
    private static final byte PSS_TRAILER = (byte) 0xBC;

    private Verification() {}

    /** An ECDSA signature, DER without superfluous zeros, over a hash. */
    static void ecdsa(Exchange signed, EcCurve curve, byte[] point, byte[] hash) throws Contradiction {
        EcdsaSignature signature = lenient(signed);
        byte[] cut = EcdsaSignature.truncate(hash, curve.orderLength());
        boolean good;
        try {
            good = curve.verify(point, cut, signature.plain(curve.orderLength()));
        } catch (MalformedDataException tooLong) {
            good = false;
        }
        signed.require(good, "a signature that verifies");
    }

    /** The two numbers, however many zeros stand before them. */
    static EcdsaSignature lenient(Exchange signed) throws Contradiction {
        try {
            return EcdsaSignature.parse(signed.data());
        } catch (MalformedDataException rubbish) {
            throw signed.contradiction("30 { 02 r 02 s }", null);
        }
    }

    /** Padding of PKCS#1 v1.5 around a hash, as long as the modulus. */
    static byte[] pkcs1(RSAPublicKey key, byte[] prefix, byte[] hash) {
        byte[] padded = new byte[length(key)];
        Arrays.fill(padded, (byte) 0xFF);
        padded[0] = 0;
        padded[1] = 1;
        int at = padded.length - prefix.length - hash.length;
        padded[at - 1] = 0;
        System.arraycopy(prefix, 0, padded, at, prefix.length);
        System.arraycopy(hash, 0, padded, at + prefix.length, hash.length);
        return padded;
    }

    /** The public operation. */
    static byte[] apply(RSAPublicKey key, byte[] data) {
        BigInteger number = new BigInteger(1, data).modPow(key.getPublicExponent(), key.getModulus());
        return BigIntegers.asUnsignedByteArray(length(key), number);
    }

    static int length(RSAPublicKey key) {
        return (key.getModulus().bitLength() + 7) / 8;
    }

    /** An RSA signature over padded data. */
    static void rsa(Exchange signed, RSAPublicKey key, byte[] padded) throws Contradiction {
        signed.length(length(key));
        signed.require(Arrays.equals(padded, apply(key, signed.data())), "a signature that verifies");
    }

    /** A PSS signature over a hash, salt as long as the hash, MGF1 with the same one. */
    static void pss(Exchange signed, RSAPublicKey key, HashAlgorithm algorithm, byte[] hash) throws Contradiction {
        signed.length(length(key));
        Digest digest = digest(algorithm);
        Signer signer =
                Lightweight.pss(new RSABlindedEngine(), digest, digest(algorithm), digest.getDigestSize(), PSS_TRAILER);
        signer.init(false, new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent()));
        signer.update(hash, 0, hash.length);
        signed.require(signer.verifySignature(signed.data()), "a signature that verifies");
    }

    private static Digest digest(HashAlgorithm algorithm) {
        return switch (algorithm.length()) {
            case 20 -> new SHA1Digest();
            case 28 -> new SHA224Digest();
            case 32 -> new SHA256Digest();
            case 48 -> new SHA384Digest();
            case 64 -> new SHA512Digest();
            default -> throw new IllegalArgumentException("no such hash: " + algorithm);
        };
    }
}
