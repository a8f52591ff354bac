// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PublicKeyNumbers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.encodings.OAEPEncoding;
import org.bouncycastle.crypto.encodings.PKCS1Encoding;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.util.BigIntegers;

/**
 * Whether a public key is that of a private key on a token, found out by one use of the private key: a signature, an
 * agreement or a decryption, whichever the key's algorithm list allows first. What comes with a key (a request, a
 * certificate, a description) was written by somebody, and is believed only when this holds.
 *
 * <p>An agreement proves the public key but for its sign: a point and its negative agree on the same secrets.
 */
public final class KeyProof {
    private static final byte[] PURPOSE = "SCHSM proof of possession".getBytes(StandardCharsets.US_ASCII);
    private static final int CHALLENGE_LENGTH = 32;

    /** Shorter than the shortest order, so that no curve cuts it, whichever the key turns out to be on. */
    private static final int EC_HASH_LENGTH = 20;

    private static final int RSA_HASH_LENGTH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final List<KeyAlgorithm> EC_ORDER = List.of(
            KeyAlgorithm.ECDSA,
            KeyAlgorithm.ECDSA_SHA256,
            KeyAlgorithm.ECDSA_SHA384,
            KeyAlgorithm.ECDSA_SHA512,
            KeyAlgorithm.ECDSA_SHA224,
            KeyAlgorithm.ECDSA_SHA1,
            KeyAlgorithm.ECDH);

    private static final List<KeyAlgorithm> RSA_ORDER = List.of(
            KeyAlgorithm.RSA_RAW,
            KeyAlgorithm.RSA_PKCS1,
            KeyAlgorithm.RSA_PKCS1_SHA256,
            KeyAlgorithm.RSA_PKCS1_SHA384,
            KeyAlgorithm.RSA_PKCS1_SHA512,
            KeyAlgorithm.RSA_PKCS1_SHA224,
            KeyAlgorithm.RSA_PKCS1_SHA1,
            KeyAlgorithm.RSA_PSS,
            KeyAlgorithm.RSA_PSS_SHA256,
            KeyAlgorithm.RSA_PSS_SHA384,
            KeyAlgorithm.RSA_PSS_SHA512,
            KeyAlgorithm.RSA_PSS_SHA224,
            KeyAlgorithm.RSA_PSS_SHA1,
            KeyAlgorithm.RSA_DECRYPT_RAW,
            KeyAlgorithm.RSA_DECRYPT_PKCS1,
            KeyAlgorithm.RSA_DECRYPT_OAEP);

    private KeyProof() {}

    /** What a use of the private key says of the public key. */
    public enum Verdict {
        /** It is the private key's. */
        PROVEN,
        /** It is another key's. */
        DISPROVEN,
        /** The key may not be used for anything that could tell. */
        IMPOSSIBLE
    }

    /** The uses of a private key; each as the method of that name of {@link Token} is. */
    public interface Uses {
        /** Signs; for EC keys DER. */
        byte[] sign(KeyAlgorithm algorithm, byte[] input) throws SchsmException;

        /** Decrypts. */
        byte[] decrypt(KeyAlgorithm algorithm, byte[] input) throws SchsmException;

        /** Agrees. */
        byte[] agree(ECPublicKey peer) throws SchsmException;
    }

    /**
     * Uses a key of a token once; another time only where the first use was refused.
     *
     * @throws SchsmException if the token cannot be reached, wants a PIN, or refuses every use that the key is allowed
     */
    public static Verdict of(Token token, TokenKey key, KeyDetails details, PublicKey claimed) throws SchsmException {
        return of(key.type(), claimed, details::allows, new Uses() {
            @Override
            public byte[] sign(KeyAlgorithm algorithm, byte[] input) throws SchsmException {
                return token.sign(key, algorithm, input);
            }

            @Override
            public byte[] decrypt(KeyAlgorithm algorithm, byte[] input) throws SchsmException {
                return token.decrypt(key, algorithm, input);
            }

            @Override
            public byte[] agree(ECPublicKey peer) throws SchsmException {
                return token.agree(key, peer);
            }
        });
    }

    /**
     * Uses a private key once; another time only where the first use was refused.
     *
     * @param type    the private key's kind
     * @param claimed the public key that somebody says is its
     * @param allowed what the private key may be used for
     * @throws SchsmException if the token cannot be reached, wants a PIN, or refuses every use that the key is allowed
     */
    public static Verdict of(KeyType type, PublicKey claimed, Predicate<KeyAlgorithm> allowed, Uses uses)
            throws SchsmException {
        PublicKey numbers = PublicKeyNumbers.of(claimed);
        if (type == KeyType.EC && numbers instanceof ECPublicKey ec) {
            Optional<EcCurve> curve = EcCurve.of(ec.getParams());
            return curve.isPresent() && curve.get().isOnCurve(ec.getW())
                    ? first(EC_ORDER, allowed, algorithm -> ec(curve.get(), ec, algorithm, uses))
                    : Verdict.DISPROVEN;
        }
        if (type == KeyType.RSA && numbers instanceof RSAPublicKey rsa) {
            RSAKeyParameters parameters;
            try {
                parameters = new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent());
            } catch (IllegalArgumentException noModulusOfAnyKey) {
                return Verdict.DISPROVEN;
            }
            return first(RSA_ORDER, allowed, algorithm -> rsa(parameters, algorithm, uses));
        }
        return Verdict.DISPROVEN;
    }

    private interface Use {
        boolean holds(KeyAlgorithm algorithm) throws SchsmException;
    }

    /** A device may refuse what the list allows (algorithm 30 on some firmware), and what has another size than the key. */
    private static Verdict first(List<KeyAlgorithm> order, Predicate<KeyAlgorithm> allowed, Use use)
            throws SchsmException {
        SchsmException refusal = null;
        for (KeyAlgorithm algorithm : order) {
            if (allowed.test(algorithm)) {
                try {
                    return use.holds(algorithm) ? Verdict.PROVEN : Verdict.DISPROVEN;
                } catch (UnsupportedByDeviceException notThisOne) {
                    // The next one may do.
                } catch (SchsmException refused) {
                    if (refused.reason() == Reason.ALGORITHM_NOT_ALLOWED) {
                        continue;
                    }
                    if (isNoAnswer(refused)) {
                        throw refused;
                    }
                    refusal = refused;
                }
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        return Verdict.IMPOSSIBLE;
    }

    private static boolean isNoAnswer(SchsmException failed) {
        return failed instanceof PinException
                || failed instanceof TransportException
                || failed instanceof TokenNotPresentException;
    }

    private static byte[] challenge() {
        byte[] challenge = Arrays.copyOf(PURPOSE, PURPOSE.length + CHALLENGE_LENGTH);
        byte[] random = new byte[CHALLENGE_LENGTH];
        RANDOM.nextBytes(random);
        System.arraycopy(random, 0, challenge, PURPOSE.length, CHALLENGE_LENGTH);
        return challenge;
    }

    // EC

    private static boolean ec(EcCurve curve, ECPublicKey key, KeyAlgorithm algorithm, Uses uses) throws SchsmException {
        if (algorithm == KeyAlgorithm.ECDH) {
            BigInteger ephemeral =
                    BigIntegers.createRandomInRange(BigInteger.ONE, order(curve).subtract(BigInteger.ONE), RANDOM);
            byte[] agreed = uses.agree(curve.publicKeyOf(ephemeral));
            return MessageDigest.isEqual(agreed, curve.multiply(key.getW(), ephemeral));
        }
        byte[] challenge = challenge();
        Optional<HashAlgorithm> inDevice = HashAlgorithm.numbered(algorithm.id() - KeyAlgorithm.ECDSA.id());
        byte[] signed = inDevice.isPresent()
                ? EcdsaSignature.truncate(inDevice.get().digest(challenge), curve.orderLength())
                : Arrays.copyOf(HashAlgorithm.SHA256.digest(challenge), EC_HASH_LENGTH);
        EcdsaSignature signature =
                EcdsaSignature.parse(uses.sign(algorithm, inDevice.isPresent() ? challenge : signed));
        int bits = Byte.SIZE * curve.orderLength();
        return signature.r().bitLength() <= bits
                && signature.s().bitLength() <= bits
                && curve.verify(curve.encode(key.getW()), signed, signature.plain(curve.orderLength()));
    }

    private static BigInteger order(EcCurve curve) {
        return curve.parameters().getOrder();
    }

    // RSA

    private static boolean rsa(RSAKeyParameters key, KeyAlgorithm algorithm, Uses uses) throws SchsmException {
        return switch (algorithm) {
            case RSA_DECRYPT_RAW, RSA_DECRYPT_PKCS1, RSA_DECRYPT_OAEP -> decrypts(key, algorithm, uses);
            default -> signs(key, algorithm, uses);
        };
    }

    private static boolean signs(RSAKeyParameters key, KeyAlgorithm algorithm, Uses uses) throws SchsmException {
        byte[] challenge = challenge();
        byte[] input = switch (algorithm) {
            case RSA_RAW -> padded(digestInfo(challenge), length(key));
            case RSA_PKCS1 -> digestInfo(challenge);
            case RSA_PSS -> HashAlgorithm.SHA256.digest(challenge);
            default -> challenge;
        };
        byte[] signature = uses.sign(algorithm, input);
        Signer verifier = verifier(algorithm);
        verifier.init(false, key);
        verifier.update(challenge, 0, challenge.length);
        try {
            return verifier.verifySignature(signature);
        } catch (RuntimeException longerThanTheModulus) {
            return false;
        }
    }

    private static Signer verifier(KeyAlgorithm algorithm) {
        return switch (algorithm) {
            case RSA_PKCS1_SHA1 -> new RSADigestSigner(new SHA1Digest());
            case RSA_PKCS1_SHA224 -> new RSADigestSigner(new SHA224Digest());
            case RSA_PKCS1_SHA384 -> new RSADigestSigner(new SHA384Digest());
            case RSA_PKCS1_SHA512 -> new RSADigestSigner(new SHA512Digest());
            case RSA_PSS, RSA_PSS_SHA256 -> pss(new SHA256Digest());
            case RSA_PSS_SHA1 -> pss(new SHA1Digest());
            case RSA_PSS_SHA224 -> pss(new SHA224Digest());
            case RSA_PSS_SHA384 -> pss(new SHA384Digest());
            case RSA_PSS_SHA512 -> pss(new SHA512Digest());
            default -> new RSADigestSigner(new SHA256Digest());
        };
    }

    /** As devices pad: MGF1 with the same hash, and a salt as long as it. */
    private static Signer pss(Digest hash) {
        return new PSSSigner(new RSAEngine(), hash, hash.getDigestSize());
    }

    private static byte[] digestInfo(byte[] data) {
        AlgorithmIdentifier sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
        try {
            return new DigestInfo(sha256, HashAlgorithm.SHA256.digest(data)).getEncoded(ASN1Encoding.DER);
        } catch (IOException memoryOnly) {
            throw new UncheckedIOException(memoryOnly);
        }
    }

    /** EMSA-PKCS1-v1_5, RFC 8017 section 9.2. */
    private static byte[] padded(byte[] digestInfo, int length) throws InvalidRequestException {
        if (length < digestInfo.length + 11) {
            throw new InvalidRequestException("a modulus of " + length + " bytes is too short for SHA-256");
        }
        byte[] block = new byte[length];
        Arrays.fill(block, 2, length - digestInfo.length - 1, (byte) 0xFF);
        block[1] = 1;
        System.arraycopy(digestInfo, 0, block, length - digestInfo.length, digestInfo.length);
        return block;
    }

    private static int length(RSAKeyParameters key) {
        return (key.getModulus().bitLength() + Byte.SIZE - 1) / Byte.SIZE;
    }

    /** What is decrypted without unpadding is the padded block itself, whose end is what was encrypted. */
    private static boolean decrypts(RSAKeyParameters key, KeyAlgorithm algorithm, Uses uses) throws SchsmException {
        byte[] message = new byte[RSA_HASH_LENGTH];
        RANDOM.nextBytes(message);
        byte[] block = encrypted(key, algorithm == KeyAlgorithm.RSA_DECRYPT_OAEP, message);
        byte[] decrypted = uses.decrypt(algorithm, block);
        byte[] end = Arrays.copyOfRange(decrypted, Math.max(0, decrypted.length - RSA_HASH_LENGTH), decrypted.length);
        return MessageDigest.isEqual(end, message);
    }

    private static byte[] encrypted(RSAKeyParameters key, boolean oaep, byte[] message) throws InvalidRequestException {
        try {
            if (oaep) {
                OAEPEncoding encoding = new OAEPEncoding(new RSAEngine(), new SHA256Digest());
                encoding.init(true, key);
                return encoding.processBlock(message, 0, message.length);
            }
            PKCS1Encoding encoding = new PKCS1Encoding(new RSAEngine());
            encoding.init(true, key);
            return encoding.processBlock(message, 0, message.length);
        } catch (InvalidCipherTextException | RuntimeException tooShortForIt) {
            throw new InvalidRequestException(
                    "a modulus of " + length(key) + " bytes is too short: " + tooShortForIt.getMessage());
        }
    }
}
