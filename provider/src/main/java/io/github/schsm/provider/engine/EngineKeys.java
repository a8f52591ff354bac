// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.TokenKey;
import io.github.schsm.spi.EcKeyHandle;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.OpaqueKeyHandle;
import io.github.schsm.spi.RsaKeyHandle;
import io.github.schsm.spi.SecretKeyHandle;
import io.github.schsm.spi.Token;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.ProviderException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What every engine checks of a key it is given, and how it tells what went wrong. */
final class EngineKeys {
    private EngineKeys() {}

    static EcKeyHandle ecPrivate(@Nullable Key key, KeyAlgorithm algorithm, String engine) throws InvalidKeyException {
        return ecPrivate(key, List.of(algorithm), engine);
    }

    /** An EC key that may be used for one of the algorithms. */
    static EcKeyHandle ecPrivate(@Nullable Key key, List<KeyAlgorithm> algorithms, String engine)
            throws InvalidKeyException {
        if (key instanceof EcKeyHandle handle) {
            firstAllowed(handle, algorithms);
            return handle;
        }
        throw notOurs(key, engine, "an EC private key");
    }

    /** An RSA key. */
    static RsaKeyHandle rsaPrivate(@Nullable Key key, String engine) throws InvalidKeyException {
        if (key instanceof RsaKeyHandle handle) {
            return handle;
        }
        throw notOurs(key, engine, "an RSA private key");
    }

    /** Length of the modulus in bytes. */
    static int length(RsaKeyHandle key) {
        return (key.getModulus().bitLength() + 7) / 8;
    }

    static SecretKeyHandle secret(@Nullable Key key, KeyAlgorithm algorithm, String engine) throws InvalidKeyException {
        if (key instanceof SecretKeyHandle handle) {
            requireAllowed(handle, algorithm);
            return handle;
        }
        throw notOurs(key, engine, "an AES key");
    }

    static InvalidKeyException notOurs(@Nullable Key key, String engine, String wanted) {
        if (key instanceof OpaqueKeyHandle opaque) {
            return new InvalidKeyException(engine + " cannot use it: " + opaque.refusal());
        }
        String given = key == null ? "null" : "a " + key.getClass().getSimpleName() + " (" + key.getAlgorithm() + ")";
        return new InvalidKeyException(engine + " of this provider works with " + wanted
                + " in a device, got from a key store of type SCHSM; this is " + given);
    }

    private static void requireAllowed(KeyHandle handle, KeyAlgorithm algorithm) throws InvalidKeyException {
        firstAllowed(handle, List.of(algorithm));
    }

    /** The first of the algorithms that the key's list lets through, and the token can do with it. */
    static KeyAlgorithm firstAllowed(KeyHandle handle, List<KeyAlgorithm> algorithms) throws InvalidKeyException {
        for (KeyAlgorithm algorithm : algorithms) {
            if (handle.details().allows(algorithm)) {
                return algorithm;
            }
        }
        throw new InvalidKeyException(refusal(handle, algorithms));
    }

    /** Why none of the algorithms can be had with the key, and which can. */
    static String refusal(SchsmKey handle, List<KeyAlgorithm> algorithms) {
        KeyDetails details = handle.details();
        List<KeyAlgorithm> letThrough =
                algorithms.stream().filter(details::isLetThrough).toList();
        if (letThrough.isEmpty()) {
            String wanted = algorithms.stream().map(KeyAlgorithm::name).collect(Collectors.joining(", "));
            return handle + " may not be used for " + wanted + "; its algorithm list is "
                    + details.algorithmNames().orElseThrow();
        }
        List<KeyAlgorithm> others =
                Arrays.stream(KeyAlgorithm.values()).filter(details::allows).toList();
        return handle + " cannot be used for " + names(letThrough)
                + ": the token has no mechanism for it, or does not permit it with this key; "
                + (others.isEmpty() ? "there is nothing that it can do" : "what it can do is " + names(others));
    }

    private static String names(List<KeyAlgorithm> algorithms) {
        return algorithms.stream().map(EngineKeys::name).collect(Collectors.joining(", "));
    }

    /** With PKCS#11's name for it, if there is one. */
    private static String name(KeyAlgorithm algorithm) {
        return algorithm
                + algorithm.pkcs11().map(mechanism -> " (" + mechanism + ")").orElse("");
    }

    /**
     * A key that was just made: it goes again if no handle can be made for it, because nobody would know of it.
     *
     * @param named what the program wanted it to be called; null if it did not say so
     */
    static KeyHandle handleOfNew(Token token, TokenKey key, @Nullable String named) throws SchsmException {
        try {
            KeyHandle handle = KeyHandle.of(token, key, token.details(key));
            if (named == null) {
                handle.madeWithoutName();
            }
            return handle;
        } catch (SchsmException failed) {
            try {
                token.delete(key);
            } catch (SchsmException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    static InvalidKeyException invalidKey(SchsmException cause) {
        return new InvalidKeyException(cause.getMessage(), cause);
    }

    /** For methods that the JCA gives no checked exception. */
    static ProviderException unchecked(SchsmException cause) {
        return new ProviderException(cause.getMessage(), cause);
    }
}
