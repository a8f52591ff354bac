// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.SecretKey;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a key outside of any device, checked to be those of a key that a device can have: a curve that it
 * knows, a size that it takes, numbers that fit together. The bytes of an AES key are wiped by {@link #destroy}; what
 * Java calculates with cannot be, it is left to the garbage collector.
 */
public sealed interface SoftwareKey {
    /** Bits of the modulus of RSA keys that devices have. */
    List<Integer> RSA_SIZES = List.of(1024, 1536, 2048, 3072, 4096);

    /** Bits of field, modulus or key. */
    int size();

    /** The public key; empty for a secret key. */
    Optional<PublicKey> publicKey();

    /** Wipes what can be wiped. */
    default void destroy() {}

    /**
     * An EC key.
     *
     * @param d      1 to n - 1
     * @param pair   its public key
     */
    record Ec(EcCurve curve, BigInteger d, ECPublicKey pair) implements SoftwareKey {
        @Override
        public int size() {
            return curve.bits();
        }

        @Override
        public Optional<PublicKey> publicKey() {
            return Optional.of(pair);
        }

        @Override
        public String toString() {
            return "EC key on " + curve.curveName();
        }
    }

    /**
     * An RSA key.
     *
     * @param n modulus
     * @param e public exponent
     * @param d private exponent
     * @param p one prime, half as long as the modulus
     * @param q the other
     */
    record Rsa(BigInteger n, BigInteger e, BigInteger d, BigInteger p, BigInteger q) implements SoftwareKey {
        /** The exponent for p. */
        public BigInteger dP() {
            return d.mod(p.subtract(BigInteger.ONE));
        }

        /** The exponent for q. */
        public BigInteger dQ() {
            return d.mod(q.subtract(BigInteger.ONE));
        }

        /** The inverse of q modulo p. */
        public BigInteger qInv() {
            return q.modInverse(p);
        }

        @Override
        public int size() {
            return n.bitLength();
        }

        @Override
        public Optional<PublicKey> publicKey() {
            try {
                return Optional.of(KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(n, e)));
            } catch (GeneralSecurityException checkedBefore) {
                throw new IllegalStateException(checkedBefore);
            }
        }

        @Override
        public String toString() {
            return "RSA key of " + size() + " bits";
        }
    }

    /** An AES key of 16, 24 or 32 bytes; the array is its own. */
    record Aes(byte[] value) implements SoftwareKey {
        @Override
        public int size() {
            return Byte.SIZE * value.length;
        }

        @Override
        public Optional<PublicKey> publicKey() {
            return Optional.empty();
        }

        @Override
        public void destroy() {
            Arrays.fill(value, (byte) 0);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Aes that && java.security.MessageDigest.isEqual(value, that.value);
        }

        @Override
        public int hashCode() {
            return size();
        }

        @Override
        public String toString() {
            return "AES key of " + size() + " bits";
        }
    }

    /**
     * The numbers of a key of the JCA.
     *
     * @param key    a private EC or RSA key, or an AES key, of any provider that shows its encoding
     * @param itsOwn the public key that came with it, where one is known: an RSA key without its public exponent is completed by
     *               it
     * @throws InvalidRequestException if a device cannot have such a key, its numbers do not fit together or to the public
     *                                 key, or it shows none
     */
    static SoftwareKey of(Key key, @Nullable PublicKey itsOwn) throws InvalidRequestException {
        byte[] encoded = key.getEncoded();
        if (encoded == null) {
            throw new InvalidRequestException(
                    "the " + key.getAlgorithm() + " key (" + key.getClass().getName()
                            + ") shows no bytes, it is kept elsewhere: only a key that a file or program holds can be imported");
        }
        try {
            SoftwareKey numbers = key instanceof SecretKey ? secret(key.getAlgorithm(), encoded) : of(encoded, itsOwn);
            PublicKey ours = numbers.publicKey().orElse(null);
            if (itsOwn != null && !PublicKeyNumbers.areEqual(ours, itsOwn)) {
                throw new InvalidRequestException("the certificate is for another key than the " + numbers
                        + " that it came with: nothing was imported");
            }
            return numbers;
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static SoftwareKey secret(String algorithm, byte[] value) throws InvalidRequestException {
        if (!"AES".equalsIgnoreCase(algorithm) && !algorithm.startsWith("2.16.840.1.101.3.4.1")) {
            throw new InvalidRequestException(
                    "a secret key for " + PrintableText.of(algorithm) + " cannot be imported: devices have AES keys");
        }
        if (value.length != 16 && value.length != 24 && value.length != 32) {
            throw new InvalidRequestException("an AES key of " + Byte.SIZE * value.length
                    + " bits cannot be imported: devices have such of 128, 192 and 256 bits");
        }
        return new Aes(value.clone());
    }

    /**
     * The numbers in a PrivateKeyInfo (PKCS#8).
     *
     * @param pkcs8  DER, not encrypted; the caller's to wipe
     * @param itsOwn as for {@link #of(Key, PublicKey)}
     * @throws InvalidRequestException as there
     */
    static SoftwareKey of(byte[] pkcs8, @Nullable PublicKey itsOwn) throws InvalidRequestException {
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(pkcs8);
            ASN1ObjectIdentifier algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
            if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                return ec(info);
            }
            if (Set.of(
                            PKCSObjectIdentifiers.rsaEncryption,
                            PKCSObjectIdentifiers.id_RSASSA_PSS,
                            PKCSObjectIdentifiers.id_RSAES_OAEP)
                    .contains(algorithm)) {
                return rsa(RSAPrivateKey.getInstance(info.parsePrivateKey()), itsOwn);
            }
            throw new InvalidRequestException("a private key of algorithm " + algorithm
                    + " cannot be imported: devices have EC and RSA keys (no Ed25519, X25519, Ed448, X448, DSA, DH)");
        } catch (IOException | MalformedDataException | IllegalArgumentException | ClassCastException malformed) {
            throw new InvalidRequestException(
                    "the private key cannot be imported: " + malformed.getMessage(), malformed);
        }
    }

    private static SoftwareKey ec(PrivateKeyInfo info)
            throws IOException, MalformedDataException, InvalidRequestException {
        EcCurve curve;
        try {
            curve = PublicKeyNumbers.curve(info.getPrivateKeyAlgorithm().getParameters());
        } catch (MalformedDataException noCurveOfADevice) {
            throw new InvalidRequestException(
                    "the EC key cannot be imported, devices do not have its curve: " + noCurveOfADevice.getMessage()
                            + "; they have " + EcCurve.names(),
                    noCurveOfADevice);
        }
        BigInteger d = ECPrivateKey.getInstance(info.parsePrivateKey()).getKey();
        if (d.signum() <= 0 || d.compareTo(curve.parameters().getOrder()) >= 0) {
            throw new InvalidRequestException("the EC key on " + curve.curveName()
                    + " cannot be imported: its number is not between 1 and the curve's order");
        }
        return new Ec(curve, d, curve.publicKeyOf(d));
    }

    private static SoftwareKey rsa(RSAPrivateKey key, @Nullable PublicKey itsOwn) throws InvalidRequestException {
        BigInteger n = key.getModulus();
        if (!RSA_SIZES.contains(n.bitLength())) {
            throw new InvalidRequestException("an RSA key of " + n.bitLength()
                    + " bits cannot be imported: devices have such of 1024, 1536, 2048, 3072 and 4096 bits");
        }
        RSAPublicKey known = itsOwn != null && PublicKeyNumbers.of(itsOwn) instanceof RSAPublicKey rsa ? rsa : null;
        return RsaNumbers.complete(
                n,
                known == null || key.getPublicExponent().signum() > 0
                        ? key.getPublicExponent()
                        : known.getPublicExponent(),
                key.getPrivateExponent(),
                key.getPrime1(),
                key.getPrime2());
    }
}
