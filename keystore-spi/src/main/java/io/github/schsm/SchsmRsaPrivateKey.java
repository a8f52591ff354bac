// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** A handle for an RSA private key in a token; an {@link RSAKey}, so that libraries see its size. */
public interface SchsmRsaPrivateKey extends SchsmPrivateKey, RSAKey {
    /** Null. Declared here because from JDK 22 on two of the interfaces have a default of that name. */
    @Override
    @Nullable
    AlgorithmParameterSpec getParams();
}
