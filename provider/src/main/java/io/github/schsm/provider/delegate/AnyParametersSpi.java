// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.AlgorithmParametersSpi;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.InvalidParameterSpecException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parameters by the first provider that can read those that are given: curves, for one, are not the same everywhere. */
final class AnyParametersSpi extends AlgorithmParametersSpi {
    private final Successors successors;
    private final String algorithm;
    private @Nullable AlgorithmParameters chosen;

    AnyParametersSpi(Provider provider, String algorithm) {
        this.successors = new Successors(provider, "AlgorithmParameters", List.of(algorithm));
        this.algorithm = algorithm;
    }

    /** What is done with another provider's parameters. */
    @FunctionalInterface
    private interface Init {
        void accept(AlgorithmParameters parameters) throws GeneralSecurityException, IOException;
    }

    private AlgorithmParameters first(Init init) throws GeneralSecurityException {
        return successors.first(null, (name, provider) -> {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance(name, provider);
            try {
                init.accept(parameters);
            } catch (IOException unreadable) {
                throw new InvalidParameterSpecException(unreadable.getMessage());
            }
            return parameters;
        });
    }

    @Override
    protected void engineInit(@Nullable AlgorithmParameterSpec spec) throws InvalidParameterSpecException {
        try {
            chosen = first(parameters -> parameters.init(spec));
        } catch (InvalidParameterSpecException refused) {
            throw refused;
        } catch (GeneralSecurityException refused) {
            throw new InvalidParameterSpecException(refused.getMessage());
        }
    }

    @Override
    protected void engineInit(byte @Nullable [] encoded) throws IOException {
        try {
            chosen = first(parameters -> parameters.init(encoded));
        } catch (GeneralSecurityException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    @Override
    protected void engineInit(byte @Nullable [] encoded, @Nullable String format) throws IOException {
        try {
            chosen = first(parameters -> parameters.init(encoded, format));
        } catch (GeneralSecurityException unreadable) {
            throw new IOException(unreadable.getMessage(), unreadable);
        }
    }

    private AlgorithmParameters chosen() {
        if (chosen == null) {
            throw new IllegalStateException("parameters of " + algorithm + " were not initialized");
        }
        return chosen;
    }

    @Override
    protected <T extends AlgorithmParameterSpec> T engineGetParameterSpec(@Nullable Class<T> spec)
            throws InvalidParameterSpecException {
        return chosen().getParameterSpec(spec);
    }

    @Override
    protected byte @Nullable [] engineGetEncoded() throws IOException {
        return chosen().getEncoded();
    }

    @Override
    protected byte @Nullable [] engineGetEncoded(@Nullable String format) throws IOException {
        return chosen().getEncoded(format);
    }

    @Override
    protected String engineToString() {
        return chosen().toString();
    }
}
