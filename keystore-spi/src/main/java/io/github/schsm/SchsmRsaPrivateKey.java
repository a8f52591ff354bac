// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** A handle for an RSA private key in a token; an {@link RSAKey}, so that libraries see its size. */
public interface SchsmRsaPrivateKey extends SchsmPrivateKey, RSAKey {
    /** Null. Declared here because from JDK 22 on two of the interfaces have a default of that name. */
    @Override
    @Nullable
    AlgorithmParameterSpec getParams();

    /**
     * The same key as the JDK's RSAPrivateKey, for a program that casts to that. java-jwt does.
     *
     * <p>Only where a program insists on it: an interface for a private key's numbers, on a key that has none to give,
     * makes the JCA try providers that come before SCHSM. They are refused when the key is given to them, in
     * {@code initSign} and the like, and the JCA goes on to SCHSM. A program that named such a provider, or chose it by
     * {@code setParameter} or {@code getProvider} before, gets an exception instead. All engines and key stores of SCHSM
     * take the key. It is equal to this handle, and cannot be serialized either.
     *
     * @return a handle whose {@code getPrivateExponent()} throws an {@link UnsupportedOperationException}
     */
    RSAPrivateKey asRSAPrivateKey();
}
