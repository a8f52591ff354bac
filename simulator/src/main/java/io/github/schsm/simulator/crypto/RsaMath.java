// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.mechanism.Lightweight;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.AsymmetricBlockCipher;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.encodings.OAEPEncoding;
import org.bouncycastle.crypto.encodings.PKCS1Encoding;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.DigestFactory;
import org.bouncycastle.util.BigIntegers;

/** RSA as the device does it (docs/protocol.md#algorithms). Results are as long as the modulus. */
public final class RsaMath {
    private static final int[] SIZES = {1024, 1536, 2048, 3072, 4096};
    private static final int CERTAINTY = 112;
    private static final int MAX_EXPONENT_LENGTH = 8;

    private static final ASN1ObjectIdentifier SHA1_OID = new ASN1ObjectIdentifier("1.3.14.3.2.26");

    private RsaMath() {}

    /**
     * The size of a key to generate.
     *
     * @throws Refusal with 6A80 if the device generates no keys of that size
     */
    public static int requireSize(byte[] encoded) throws Refusal {
        int bits = encoded.length == 2 ? (int) Bytes.unsigned(encoded) : 0;
        if (Arrays.stream(SIZES).noneMatch(size -> size == bits)) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return bits;
    }

    /**
     * The public exponent of a key to generate.
     *
     * @throws Refusal with 6A80 unless it is an odd number of at least 3
     */
    public static BigInteger requireExponent(byte[] encoded) throws Refusal {
        BigInteger exponent = new BigInteger(1, encoded);
        if (encoded.length > MAX_EXPONENT_LENGTH || !exponent.testBit(0) || exponent.bitLength() < 2) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return exponent;
    }

    public static KeyMaterial.Rsa generate(int bits, BigInteger exponent) {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(exponent, Randomness.source(), bits, CERTAINTY));
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        RSAPrivateCrtKeyParameters key = (RSAPrivateCrtKeyParameters) pair.getPrivate();
        return new KeyMaterial.Rsa(
                key.getModulus(),
                key.getPublicExponent(),
                key.getExponent(),
                new KeyMaterial.Rsa.Crt(key.getP(), key.getQ(), key.getDP(), key.getDQ(), key.getQInv()));
    }

    public static int length(KeyMaterial.Rsa key) {
        return (key.bits() + 7) / 8;
    }

    public static byte[] modulus(KeyMaterial.Rsa key) {
        return unsigned(key.n());
    }

    public static byte[] unsigned(BigInteger number) {
        return BigIntegers.asUnsignedByteArray(number);
    }

    /** PKCS#1 v1.5 padding and signature over what is given, usually a DigestInfo. */
    public static byte[] signPkcs1(KeyMaterial.Rsa key, byte[] digestInfo) {
        PKCS1Encoding cipher = new PKCS1Encoding(new RSABlindedEngine());
        cipher.init(true, privateKey(key));
        try {
            return cipher.processBlock(digestInfo, 0, digestInfo.length);
        } catch (InvalidCipherTextException encryptionDoesNotFail) {
            throw new IllegalStateException(encryptionDoesNotFail);
        }
    }

    /** PSS over a hash, with MGF1 of the same hash function and a salt as long as the hash. */
    public static byte[] signPss(KeyMaterial.Rsa key, String hashName, byte[] hash) {
        Digest function = digest(hashName);
        Signer signer =
                Lightweight.pss(new RSABlindedEngine(), function, function, function.getDigestSize(), (byte) 0xBC);
        signer.init(true, new ParametersWithRandom(privateKey(key), Randomness.source()));
        signer.update(hash, 0, hash.length);
        try {
            return signer.generateSignature();
        } catch (CryptoException lengthsAreChecked) {
            throw new IllegalStateException(lengthsAreChecked);
        }
    }

    /**
     * The private operation without padding.
     *
     * @param block as long as the modulus
     * @throws Refusal with 6A80 if the number is not below the modulus
     */
    public static byte[] raw(KeyMaterial.Rsa key, byte[] block) throws Refusal {
        if (block.length != length(key) || new BigInteger(1, block).compareTo(key.n()) >= 0) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        RSABlindedEngine engine = new RSABlindedEngine();
        engine.init(true, privateKey(key));
        byte[] result = engine.processBlock(block, 0, block.length);
        return BigIntegers.asUnsignedByteArray(length(key), new BigInteger(1, result));
    }

    /**
     * PKCS#1 v1.5.
     *
     * @throws Refusal with 6A80 if the padding is wrong
     */
    public static byte[] decryptPkcs1(KeyMaterial.Rsa key, byte[] block) throws Refusal {
        return decrypt(new PKCS1Encoding(new RSABlindedEngine()), key, block);
    }

    /** OAEP with SHA-256 for hash and mask. */
    public static byte[] decryptOaep(KeyMaterial.Rsa key, byte[] block) throws Refusal {
        return decrypt(new OAEPEncoding(new RSABlindedEngine(), digest("SHA-256")), key, block);
    }

    private static byte[] decrypt(AsymmetricBlockCipher cipher, KeyMaterial.Rsa key, byte[] block) throws Refusal {
        if (block.length != length(key) || new BigInteger(1, block).compareTo(key.n()) >= 0) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        cipher.init(false, privateKey(key));
        try {
            return cipher.processBlock(block, 0, block.length);
        } catch (InvalidCipherTextException wrongPadding) {
            throw new Refusal(Sw.WRONG_DATA);
        }
    }

    /** The DigestInfo of PKCS#1 v1.5. */
    public static byte[] digestInfo(String hashName, byte[] hash) {
        try {
            return new DigestInfo(new AlgorithmIdentifier(oid(hashName), DERNull.INSTANCE), hash).getEncoded("DER");
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
    }

    /** Whether a key with these numbers is one, and computes correctly. */
    public static boolean isConsistent(KeyMaterial.Rsa key) {
        try {
            privateKey(key);
        } catch (IllegalArgumentException notAnRsaModulus) {
            return false;
        }
        BigInteger probe = BigInteger.valueOf(0xC0FFEE);
        BigInteger there = probe.modPow(key.d(), key.n());
        return MessageDigest.isEqual(unsigned(there.modPow(key.e(), key.n())), unsigned(probe.mod(key.n())));
    }

    private static RSAKeyParameters privateKey(KeyMaterial.Rsa key) {
        KeyMaterial.Rsa.Crt crt = key.crt();
        return crt == null
                ? new RSAKeyParameters(true, key.n(), key.d())
                : new RSAPrivateCrtKeyParameters(
                        key.n(), key.e(), key.d(), crt.p(), crt.q(), crt.dP(), crt.dQ(), crt.qInv());
    }

    private static Digest digest(String hashName) {
        return switch (hashName) {
            case "SHA-1" -> DigestFactory.createSHA1();
            case "SHA-224" -> DigestFactory.createSHA224();
            case "SHA-256" -> DigestFactory.createSHA256();
            case "SHA-384" -> DigestFactory.createSHA384();
            default -> DigestFactory.createSHA512();
        };
    }

    private static ASN1ObjectIdentifier oid(String hashName) {
        return switch (hashName) {
            case "SHA-1" -> SHA1_OID;
            case "SHA-224" -> NISTObjectIdentifiers.id_sha224;
            case "SHA-256" -> NISTObjectIdentifiers.id_sha256;
            case "SHA-384" -> NISTObjectIdentifiers.id_sha384;
            default -> NISTObjectIdentifiers.id_sha512;
        };
    }
}
