// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import io.github.schsm.mechanism.Lightweight;
import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.AsymmetricBlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.encodings.OAEPEncoding;
import org.bouncycastle.crypto.encodings.PKCS1Encoding;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.DigestFactory;
import org.jspecify.annotations.Nullable;

/**
 * The paddings of PKCS#1 (RFC 8017), for what the device does not pad itself, by Bouncy Castle. They are put on before
 * the token's operation and taken off after it, not around it: what goes wrong in a token is never mistaken for a wrong
 * padding. A padding that is taken off must not tell by its time or its error what was wrong with it: Bouncy Castle
 * looks at every byte without branches, what is added here does the same, and there is one exception at the end.
 */
final class RsaPadding {
    /** 00 02, eight bytes that are not zero, 00. */
    private static final int PKCS1_OVERHEAD = 11;

    private static final byte PSS_TRAILER = (byte) 0xBC;
    private static final CipherParameters PRIVATE = new AsymmetricKeyParameter(true);

    private RsaPadding() {}

    /**
     * In place of the private operation: gives back the block that it gets. The first byte of a modulus is no part of it;
     * it is 00 in every padding.
     */
    private static final class Unchanged implements AsymmetricBlockCipher {
        private final int size;
        private byte[] block = {};

        Unchanged(int modulusLength) {
            this.size = modulusLength - 1;
        }

        @Override
        public void init(boolean forEncryption, CipherParameters none) {
            // There is no key.
        }

        @Override
        public int getInputBlockSize() {
            return size;
        }

        @Override
        public int getOutputBlockSize() {
            return size;
        }

        @Override
        public byte[] processBlock(byte[] in, int offset, int length) {
            block = Arrays.copyOfRange(in, offset, offset + length);
            return block;
        }

        void wipe() {
            Arrays.fill(block, (byte) 0);
        }
    }

    // Hash functions

    /**
     * The function that may be written as {@code SHA256} or {@code sha-256}, too.
     *
     * @throws InvalidAlgorithmParameterException if it is none of the functions that are good for padding
     */
    static HashAlgorithm hash(String name) throws InvalidAlgorithmParameterException {
        return HashAlgorithm.named(name)
                .orElseThrow(() -> new InvalidAlgorithmParameterException(
                        "\"" + name + "\" is no hash function for RSA: use one of " + HashAlgorithm.names()));
    }

    /** Bouncy Castle's class for it. */
    static Digest function(HashAlgorithm hash) {
        return switch (hash) {
            case SHA1 -> DigestFactory.createSHA1();
            case SHA224 -> DigestFactory.createSHA224();
            case SHA256 -> DigestFactory.createSHA256();
            case SHA384 -> DigestFactory.createSHA384();
            case SHA512 -> DigestFactory.createSHA512();
            case SHA512_224 -> DigestFactory.createSHA512_224();
            case SHA512_256 -> DigestFactory.createSHA512_256();
            case SHA3_224 -> DigestFactory.createSHA3_224();
            case SHA3_256 -> DigestFactory.createSHA3_256();
            case SHA3_384 -> DigestFactory.createSHA3_384();
            case SHA3_512 -> DigestFactory.createSHA3_512();
        };
    }

    // Signatures

    /**
     * DigestInfo of a hash.
     *
     * @throws IllegalArgumentException if hashes of that function have another length
     */
    static byte[] digestInfo(HashAlgorithm function, byte[] hash) {
        if (hash.length != function.length()) {
            throw new IllegalArgumentException(
                    "a hash of " + function.jca() + " has " + function.length() + " bytes, this has " + hash.length);
        }
        try {
            AlgorithmIdentifier algorithm = new AlgorithmIdentifier(
                    ASN1ObjectIdentifier.getInstance(
                            Tlv.of(0x06, function.oid()).encoded()),
                    DERNull.INSTANCE);
            return new DigestInfo(algorithm, hash).getEncoded(ASN1Encoding.DER);
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
    }

    /** How many bytes EMSA-PKCS1-v1_5 takes. */
    static int maxPkcs1(int length) {
        return length - PKCS1_OVERHEAD;
    }

    /**
     * EMSA-PKCS1-v1_5, RFC 8017 section 9.2.
     *
     * @param input  at most {@link #maxPkcs1} bytes, usually a DigestInfo
     * @param length of the modulus in bytes
     */
    static byte[] emsaPkcs1(byte[] input, int length) {
        PKCS1Encoding encoding = new PKCS1Encoding(new Unchanged(length));
        encoding.init(true, PRIVATE);
        try {
            return withLeadingZeros(encoding.processBlock(input, 0, input.length), length);
        } catch (InvalidCipherTextException onlyWhereSomethingIsTakenOff) {
            throw new IllegalStateException(onlyWhereSomethingIsTakenOff);
        }
    }

    /** The longest salt that fits the key with the hash; negative if not even the hash fits. */
    static int maxPssSalt(int modulusBits, int hashLength) {
        return (modulusBits - 1 + 7) / 8 - hashLength - 2;
    }

    /**
     * EMSA-PSS, RFC 8017 section 9.1, with the leading zero that a modulus of 8n+1 bits needs.
     *
     * @param hash        the hash function of hash and salt
     * @param mgf         the hash function of MGF1
     * @param modulus     of the key
     * @param messageHash the message's hash
     * @param salt        at most {@link #maxPssSalt} bytes
     * @return as many bytes as the modulus has
     */
    static byte[] emsaPss(HashAlgorithm hash, HashAlgorithm mgf, BigInteger modulus, byte[] messageHash, byte[] salt) {
        int length = (modulus.bitLength() + 7) / 8;
        Signer signer = Lightweight.pss(new Unchanged(length), function(hash), function(mgf), salt, PSS_TRAILER);
        signer.init(true, new ModulusLength(modulus));
        signer.update(messageHash, 0, messageHash.length);
        try {
            return withLeadingZeros(signer.generateSignature(), length);
        } catch (CryptoException lengthsWereChecked) {
            throw new IllegalStateException(lengthsWereChecked);
        }
    }

    /** The length of the modulus is all that is used of it, and whether the key is good is not for us to check. */
    private static final class ModulusLength extends RSAKeyParameters {
        /** Small, and nothing that Bouncy Castle would refuse: the product of two primes above its list of small ones. */
        private static final BigInteger CHECKED = BigInteger.valueOf(757 * 761);

        private final BigInteger modulus;

        ModulusLength(BigInteger modulus) {
            super(true, CHECKED, BigInteger.ONE);
            this.modulus = modulus;
        }

        @Override
        public BigInteger getModulus() {
            return modulus;
        }
    }

    private static byte[] withLeadingZeros(byte[] block, int length) {
        byte[] padded = new byte[length];
        System.arraycopy(block, 0, padded, length - block.length, block.length);
        return padded;
    }

    // Decryption

    /** What every wrong padding is told by, whatever was wrong. */
    static BadPaddingException wrong() {
        return new BadPaddingException("the data cannot be decrypted: other key, other parameters, or changed data");
    }

    /**
     * Takes EME-PKCS1-v1_5 off, RFC 8017 section 7.2.2.
     *
     * @param padded as many bytes as the modulus has
     * @return the message; the caller's to wipe
     */
    static byte[] withoutPkcs1(byte[] padded) throws BadPaddingException {
        Unchanged cipher = new Unchanged(padded.length);
        return takenOff(new PKCS1Encoding(cipher), cipher, padded);
    }

    /**
     * The same where the message's length is known, without ever telling that something was wrong: implicit rejection,
     * as TLS demands for its premaster secret (RFC 5246 section 7.4.7.1).
     *
     * @param padded   as many bytes as the modulus has
     * @param fallback random bytes, as many as the message has; the result if something is wrong
     */
    static byte[] withoutPkcs1(byte[] padded, byte[] fallback) {
        Unchanged cipher = new Unchanged(padded.length);
        byte[] message = decoded(new PKCS1Encoding(cipher, fallback), cipher, padded);
        if (message == null) {
            throw new IllegalStateException("with a fallback there is always a message");
        }
        int bad = isZero(padded[0]) ^ 1;
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) ((fallback[i] & -bad) | (message[i] & (bad - 1)));
        }
        return message;
    }

    /** Whether a key has place for the padding. */
    static boolean fitsOaep(int length, int hashLength) {
        return length >= 2 * hashLength + 2;
    }

    /**
     * Takes EME-OAEP off, RFC 8017 section 7.1.2.
     *
     * @param padded as many bytes as the modulus has; wiped
     * @param hash   the hash function of the label
     * @param mgf    the hash function of MGF1
     * @param label  the label; may be empty
     * @return the message; the caller's to wipe
     */
    static byte[] withoutOaep(byte[] padded, HashAlgorithm hash, HashAlgorithm mgf, byte[] label)
            throws BadPaddingException {
        Unchanged cipher = new Unchanged(padded.length);
        try {
            return takenOff(new OAEPEncoding(cipher, function(hash), function(mgf), label), cipher, padded);
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    private static byte[] takenOff(AsymmetricBlockCipher encoding, Unchanged cipher, byte[] padded)
            throws BadPaddingException {
        byte[] message = decoded(encoding, cipher, padded);
        if (message == null) {
            throw wrong();
        }
        if (padded[0] != 0) {
            Arrays.fill(message, (byte) 0);
            throw wrong();
        }
        return message;
    }

    /** What is behind the padding, whatever the first byte; null if there is none. */
    private static byte @Nullable [] decoded(AsymmetricBlockCipher encoding, Unchanged cipher, byte[] padded) {
        encoding.init(false, PRIVATE);
        try {
            return encoding.processBlock(padded, 1, padded.length - 1);
        } catch (InvalidCipherTextException wrongPadding) {
            return null;
        } finally {
            cipher.wipe();
        }
    }

    /** 1 for zero, else 0, without a branch. */
    private static int isZero(int value) {
        return ((value | -value) >>> 31) ^ 1;
    }
}
