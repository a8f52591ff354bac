// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyType;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.Mechanism.Encoding;
import io.github.schsm.mechanism.MechanismTable;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.List;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/**
 * Encrypts short data for an RSA key, in software: what the key of a device decrypts. There is no hybrid form here: data
 * that are longer than the key has room for are encrypted with a symmetric key, and that key with this.
 */
public final class PublicKeyEncryption {
    /** What is used where none is named: OAEP with SHA-256, MGF1 with SHA-1 as in the JDK. */
    public static final String DEFAULT = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding";

    private static final int PKCS1_OVERHEAD = 11;

    private PublicKeyEncryption() {}

    /**
     * Encrypts.
     *
     * @param key       an RSA key
     * @param algorithm as the JCA calls it, one that devices decrypt: {@code RSA/ECB/PKCS1Padding},
     *                  {@code RSA/ECB/OAEPWithSHA-256AndMGF1Padding} (MGF1 with SHA-1, as in the JDK), {@code RSA/ECB/NoPadding}
     * @param plain     at most {@link #mostBytes} bytes; the caller's to wipe
     * @return as many bytes as the modulus has
     * @throws InvalidRequestException if the key is no RSA key, the algorithm unknown or the data too long
     */
    public static byte[] encrypt(PublicKey key, String algorithm, byte[] plain) throws GeneralSecurityException {
        RSAPublicKey rsa = requireRsa(key);
        Mechanism row = row(algorithm);
        int most = mostBytes(key, algorithm);
        if (plain.length > most
                || (row.encoding() == Encoding.NO_PADDING
                        && new BigInteger(1, plain).compareTo(rsa.getModulus()) >= 0)) {
            throw new InvalidRequestException(plain.length + " bytes are too long for RSA-"
                    + rsa.getModulus().bitLength() + " and " + row.name() + ", which encrypts at most " + most
                    + (row.encoding() == Encoding.NO_PADDING ? " bytes below the modulus" : " bytes")
                    + ": encrypt them with a symmetric key, and that key with this one");
        }
        Cipher cipher;
        if (row.encoding() == Encoding.OAEP_PADDING) {
            cipher = Cipher.getInstance("RSA/ECB/OAEPPadding", BouncyCastle.provider());
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    rsa,
                    new OAEPParameterSpec(hash(row).jca(), "MGF1", MGF1ParameterSpec.SHA1, PSource.PSpecified.DEFAULT));
        } else {
            cipher = Cipher.getInstance(row.name(), BouncyCastle.provider());
            cipher.init(Cipher.ENCRYPT_MODE, rsa);
        }
        return cipher.doFinal(plain);
    }

    /**
     * How many bytes can be encrypted.
     *
     * @throws InvalidRequestException if the key is no RSA key, the algorithm unknown, or the key too short for it
     */
    public static int mostBytes(PublicKey key, String algorithm) throws InvalidRequestException {
        int length = (requireRsa(key).getModulus().bitLength() + 7) / 8;
        Mechanism row = row(algorithm);
        int most = switch (row.encoding()) {
            case PKCS1_PADDING -> length - PKCS1_OVERHEAD;
            case OAEP_PADDING -> length - 2 * hash(row).length() - 2;
            default -> length;
        };
        if (most < 0) {
            throw new InvalidRequestException("RSA-" + 8 * length + " is too short for " + row.name());
        }
        return most;
    }

    private static HashAlgorithm hash(Mechanism row) {
        return Objects.requireNonNull(row.hash(), "hash of OAEP");
    }

    private static RSAPublicKey requireRsa(PublicKey key) throws InvalidRequestException {
        if (key instanceof RSAPublicKey rsa) {
            return rsa;
        }
        throw new InvalidRequestException(
                "the key is " + key.getAlgorithm() + ": only RSA keys encrypt, because only those decrypt on a device");
    }

    private static Mechanism row(String algorithm) throws InvalidRequestException {
        List<Mechanism> rows = MechanismTable.all().stream()
                .filter(row -> row.type().equals("Cipher") && row.keyType() == KeyType.RSA)
                .toList();
        return rows.stream()
                .filter(row -> row.name().equalsIgnoreCase(algorithm)
                        || row.aliases().stream().anyMatch(alias -> alias.equalsIgnoreCase(algorithm)))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("the algorithm " + algorithm
                        + " is none for RSA keys: use one of "
                        + String.join(", ", rows.stream().map(Mechanism::name).toList())));
    }
}
