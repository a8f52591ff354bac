// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.SchsmKey;
import io.github.schsm.spi.BundledBouncyCastle;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.util.List;
import javax.crypto.NoSuchPaddingException;
import org.jspecify.annotations.Nullable;

/**
 * The providers that do what this one does not: the registered ones in their order, then the Bouncy Castle that comes
 * with this provider. Another SCHSM provider is never among them, so two of them cannot hand a key to and fro.
 *
 * @param owner     the provider that asks
 * @param type      the JCA's type of service
 * @param algorithm the names to ask for, the preferred one first
 */
record Successors(Provider owner, String type, List<String> algorithm) {
    /** Makes an engine of a provider, ready to be used. */
    @FunctionalInterface
    interface Maker<T> {
        T make(String algorithm, Provider provider) throws GeneralSecurityException;
    }

    Successors {
        algorithm = List.copyOf(algorithm);
    }

    /** Whether the key stays with this provider, which has to say itself what is wrong with it. */
    static boolean isOurs(@Nullable Object key) {
        return key == null || key instanceof SchsmKey || key instanceof KeyEncryptionKey;
    }

    /**
     * What a program is told whose key neither this provider takes nor any other.
     *
     * @param notOurs what this provider takes
     * @param refused what the others said
     */
    static InvalidKeyException nobodyTakes(Key key, InvalidKeyException notOurs, GeneralSecurityException refused) {
        if (key instanceof PublicKey) {
            return refused instanceof InvalidKeyException of
                    ? of
                    : new InvalidKeyException(refused.getMessage(), refused);
        }
        return new InvalidKeyException(
                notOurs.getMessage() + "; other providers say: " + refused.getMessage(), refused);
    }

    /**
     * What the first provider makes that can.
     *
     * @param key what it has to take; null if that is not known yet
     * @throws NoSuchAlgorithmException if there is no other provider
     * @throws GeneralSecurityException what the first provider said that was asked
     */
    <T> T first(@Nullable Key key, Maker<T> maker) throws GeneralSecurityException {
        Failure failure = new Failure();
        for (Provider candidate : Security.getProviders()) {
            if (!OtherProviders.isOfOurKind(candidate, owner)) {
                T made = tried(candidate, key, maker, failure);
                if (made != null) {
                    return made;
                }
            }
        }
        T made = tried(BundledBouncyCastle.provider(), key, maker, failure);
        if (made != null) {
            return made;
        }
        throw failure.orElse(new NoSuchAlgorithmException("no other provider has " + type + " " + algorithm.get(0)));
    }

    private <T> @Nullable T tried(Provider candidate, @Nullable Key key, Maker<T> maker, Failure failure) {
        for (String name : algorithm) {
            if (mayHave(candidate, name, key)) {
                try {
                    return maker.make(name, candidate);
                } catch (NoSuchAlgorithmException | NoSuchPaddingException hasNotThisVariant) {
                    failure.isNothing(hasNotThisVariant);
                } catch (GeneralSecurityException | RuntimeException refused) {
                    failure.is(refused);
                }
            }
        }
        return null;
    }

    private boolean mayHave(Provider candidate, String name, @Nullable Key key) {
        Provider.Service service = candidate.getService(type, name);
        int slash = name.indexOf('/');
        if (service == null && slash > 0) {
            service = candidate.getService(type, name.substring(0, slash));
        }
        return service != null && (key == null || service.supportsParameter(key));
    }

    /** The first real reason, because that is what the program would have got without this provider. */
    private static final class Failure {
        private @Nullable Exception reason;
        private @Nullable GeneralSecurityException noVariant;

        void is(Exception refused) {
            if (reason == null) {
                reason = refused;
            }
        }

        void isNothing(GeneralSecurityException hasNotThisVariant) {
            noVariant = hasNotThisVariant;
        }

        GeneralSecurityException orElse(GeneralSecurityException nobody) {
            if (reason instanceof UnsupportedOperationException || reason instanceof InvalidParameterException) {
                throw (RuntimeException) reason;
            }
            if (reason instanceof GeneralSecurityException checked) {
                return checked;
            }
            if (reason != null) {
                // Not the cause: what a provider trips over may have no message, and every cause here has one.
                InvalidKeyException refused = new InvalidKeyException("it does not take the key: " + reason);
                refused.addSuppressed(reason);
                return refused;
            }
            if (noVariant != null) {
                nobody.initCause(noVariant);
            }
            return nobody;
        }
    }
}
