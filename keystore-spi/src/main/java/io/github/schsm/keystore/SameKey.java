// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.KeyProof;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/** Whether keys on two tokens are the same. */
final class SameKey {
    private static final System.Logger LOGGER = System.getLogger(KeyMigration.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BLOCK = 16;

    private SameKey() {}

    /** By the public keys' numbers; secret keys, which show nothing, by what both devices do with the same random block. */
    static boolean isSame(KeyHandle key, Token token, TokenKey other) throws SchsmException {
        if (key.key().type() == KeyType.AES && other.type() == KeyType.AES) {
            KeyHandle handle = Handles.of(token, other);
            return isProven(() -> isSameSecretKey(key, handle));
        }
        return PublicKeyNumbers.areEqual(
                key.details().publicKey(), publicKey(token, other).orElse(null));
    }

    /** Of a key that may have none, or none that can be read. */
    static Optional<PublicKey> publicKey(Token token, TokenKey key) throws SchsmException {
        try {
            return token.publicKey(key);
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed)) {
                throw failed;
            }
            return Optional.empty();
        }
    }

    /**
     * Whether a key with which anything may be stored is another one's copy: it is asked to do one operation that only the
     * same key can do.
     */
    static boolean isProvenCopy(KeyHandle copy, KeyHandle original) throws SchsmException {
        PublicKey expected = original.details().publicKey();
        if (copy.key().type() == KeyType.AES) {
            return isProven(() -> isSameSecretKey(copy, original));
        }
        return expected != null
                && isProven(() ->
                        KeyProof.of(copy.token(), copy.key(), copy.details(), expected) == KeyProof.Verdict.PROVEN);
    }

    private interface Question {
        boolean ask() throws SchsmException;
    }

    private static boolean isProven(Question question) throws SchsmException {
        try {
            return question.ask();
        } catch (PinException needed) {
            throw needed;
        } catch (DeviceException | InvalidRequestException | MalformedDataException otherKey) {
            LOGGER.log(System.Logger.Level.DEBUG, "not proven to be the same key", otherKey);
            return false;
        }
    }

    /** Uses neither key if one of them has a use counter. */
    private static boolean isSameSecretKey(KeyHandle one, KeyHandle other) throws SchsmException {
        if (one.details().useCounter().isPresent()
                || other.details().useCounter().isPresent()) {
            return false;
        }
        byte[] block = new byte[BLOCK];
        RANDOM.nextBytes(block);
        if (bothAllow(one, other, KeyAlgorithm.AES_CBC_ENCRYPT)) {
            byte[] iv = new byte[BLOCK];
            return Arrays.equals(
                    one.token().cipher(one.key(), true, iv, block),
                    other.token().cipher(other.key(), true, iv, block));
        }
        return bothAllow(one, other, KeyAlgorithm.AES_CMAC)
                && Arrays.equals(
                        one.token().mac(one.key(), block), other.token().mac(other.key(), block));
    }

    private static boolean bothAllow(KeyHandle one, KeyHandle other, KeyAlgorithm algorithm) {
        return one.details().allows(algorithm) && other.details().allows(algorithm);
    }
}
