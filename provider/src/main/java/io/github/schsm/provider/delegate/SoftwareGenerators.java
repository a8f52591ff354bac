// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidParameterException;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.KeyGenerator;
import org.jspecify.annotations.Nullable;

/** Generators of the next provider, for a program that asked for any provider's and got this one's because it stands first. */
public final class SoftwareGenerators {
    private final Successors successors;

    /** The generators of a type and algorithm that other providers have. */
    public SoftwareGenerators(Provider provider, String type, String algorithm) {
        this.successors = new Successors(provider, type, List.of(algorithm));
    }

    /**
     * Whether the engine that is being made now was asked for without a provider's name. A generator gets no key to tell
     * by, and a program that named this provider must never be given a key in software instead.
     *
     * @param api {@link KeyPairGenerator} or {@link KeyGenerator}, whose {@code getInstance} is on the stack
     */
    public static boolean isForAnyProvider(Class<?> api) {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE) // else JDK 25 tells no descriptor
                .walk(frames -> frames.filter(frame -> frame.getClassName().startsWith(api.getName()))
                        .findFirst())
                .map(frame -> !frame.getMethodName().equals("getInstance")
                        || frame.getDescriptor().startsWith("(Ljava/lang/String;)"))
                .orElse(false);
    }

    /** A generator of key pairs of the default size. */
    public KeyPairGenerator pairs() {
        return unchecked(KeyPairGenerator::getInstance);
    }

    /** A generator of key pairs of this size in bits. */
    public KeyPairGenerator pairs(int size, @Nullable SecureRandom random) {
        return unchecked((name, provider) -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(name, provider);
            generator.initialize(size, orDefault(random));
            return generator;
        });
    }

    /** A generator of key pairs by these parameters. */
    public KeyPairGenerator pairs(@Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        return withParameters((name, provider) -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(name, provider);
            generator.initialize(params, orDefault(random));
            return generator;
        });
    }

    /** A generator of keys of the default size. */
    public KeyGenerator keys(@Nullable SecureRandom random) {
        return unchecked((name, provider) -> {
            KeyGenerator generator = KeyGenerator.getInstance(name, provider);
            generator.init(orDefault(random));
            return generator;
        });
    }

    /** A generator of keys of this size in bits. */
    public KeyGenerator keys(int size, @Nullable SecureRandom random) {
        return unchecked((name, provider) -> {
            KeyGenerator generator = KeyGenerator.getInstance(name, provider);
            generator.init(size, orDefault(random));
            return generator;
        });
    }

    /** A generator of keys by these parameters. */
    public KeyGenerator keys(@Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        return withParameters((name, provider) -> {
            KeyGenerator generator = KeyGenerator.getInstance(name, provider);
            generator.init(params, orDefault(random));
            return generator;
        });
    }

    private static SecureRandom orDefault(@Nullable SecureRandom random) {
        return random == null ? new SecureRandom() : random;
    }

    private <G> G unchecked(Successors.Maker<G> maker) {
        try {
            return successors.first(null, maker);
        } catch (GeneralSecurityException nobody) {
            throw new InvalidParameterException(String.valueOf(nobody.getMessage()));
        }
    }

    private <G> G withParameters(Successors.Maker<G> maker) throws InvalidAlgorithmParameterException {
        try {
            return successors.first(null, maker);
        } catch (InvalidAlgorithmParameterException refused) {
            throw refused;
        } catch (GeneralSecurityException nobody) {
            throw new InvalidAlgorithmParameterException(nobody.getMessage(), nobody);
        }
    }
}
