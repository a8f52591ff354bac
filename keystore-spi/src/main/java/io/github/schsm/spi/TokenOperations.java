// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** What a token does with its keys. An operation that the key's algorithm list does not allow is refused. */
public interface TokenOperations {
    /**
     * Signs.
     *
     * @param algorithm  one that the key's algorithm list allows
     * @param parameters for the PSS algorithms a {@link java.security.spec.PSSParameterSpec}, for others null; null for PSS:
     *                   MGF1 with the same hash, a salt as long as the hash, and where the hash is given the one of SHA-1
     *                   and SHA-256 that is as long
     * @param input      what the algorithm takes: a hash for {@link KeyAlgorithm#ECDSA} and {@link KeyAlgorithm#RSA_PSS},
     *                   a DigestInfo for {@link KeyAlgorithm#RSA_PKCS1}, a padded block as long as the modulus for
     *                   {@link KeyAlgorithm#RSA_RAW}, the data itself where the token hashes
     * @return for ECDSA strict DER, whatever the token itself gives; for RSA as many bytes as the modulus has
     * @throws DeviceException if the token does not have the algorithm (with these parameters) or the key's
     *                                      list lacks it
     * @throws InvalidRequestException      if the input does not fit into what the token takes at once
     * @throws SchsmException               if the token refuses
     */
    byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException;

    /**
     * Signs without parameters; see {@link #sign(TokenKey, KeyAlgorithm, AlgorithmParameterSpec, byte[])}.
     *
     * @throws SchsmException if the token refuses
     */
    default byte[] sign(TokenKey key, KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        return sign(key, algorithm, null, input);
    }

    /**
     * Whether PSS and OAEP take parameters of any kind: hash, mask generation function, salt length, label. A device
     * has one hash function for both purposes, a salt as long as the hash, and no label.
     */
    default boolean takesPaddingParameters() {
        return false;
    }

    /**
     * Decrypts with an RSA key.
     *
     * @param algorithm  {@link KeyAlgorithm#RSA_DECRYPT_RAW}, {@link KeyAlgorithm#RSA_DECRYPT_PKCS1} or
     *                   {@link KeyAlgorithm#RSA_DECRYPT_OAEP}
     * @param parameters for OAEP an {@link javax.crypto.spec.OAEPParameterSpec}, or null for whichever the device finds;
     *                   for others null
     * @param input      as many bytes as the modulus has
     * @return as many bytes for the first, the message without padding for the others; the caller's to wipe
     * @throws DeviceException if the padding is wrong, or the input no number below the modulus
     * @throws SchsmException       if the token refuses
     */
    byte[] decrypt(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException;

    /**
     * Decrypts without parameters; see {@link #decrypt(TokenKey, KeyAlgorithm, AlgorithmParameterSpec, byte[])}.
     *
     * @throws SchsmException if the token refuses
     */
    default byte[] decrypt(TokenKey key, KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        return decrypt(key, algorithm, null, input);
    }

    /**
     * Elliptic curve Diffie-Hellman.
     *
     * @param peer a point that was checked to be on the key's curve
     * @return the shared point's x-coordinate, as long as the field
     * @throws SchsmException if the token refuses
     */
    byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException;

    /**
     * AES-CBC without padding.
     *
     * @param iv   16 bytes
     * @param data whole blocks of 16 bytes, any number
     * @throws SchsmException if the token refuses
     */
    byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException;

    /**
     * AES-CMAC.
     *
     * @return 16 bytes
     * @throws SchsmException if the token refuses
     */
    byte[] mac(TokenKey key, byte[] data) throws SchsmException;

    /**
     * Derives a key from an AES key, SP 800-56C extract-then-expand. What exactly enters the extraction differs between
     * firmwares, so input and output are passed through.
     *
     * @param input the derivation input, at least one byte and at most what one command carries
     * @return 32 bytes, the caller's to wipe
     * @throws SchsmException if the token refuses
     */
    byte[] derive(TokenKey key, byte[] input) throws SchsmException;

    /**
     * Random bytes from the token.
     *
     * @throws SchsmException if the token is not there
     */
    byte[] random(int length) throws SchsmException;
}
