// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.InvalidAlgorithmParameterException;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The user keying material of a key agreement. The JDK has no class for it, so programs use Bouncy Castle's
 * {@code UserKeyingMaterialSpec}: theirs, which is not the class that is seen here where they bring another version,
 * or another class loader. So it is taken by what it is called.
 */
final class KeyingMaterial {
    private static final String SPEC = "UserKeyingMaterialSpec";
    private static final String GETTER = "getUserKeyingMaterial";

    private KeyingMaterial() {}

    /** The bytes; none if there are none in it. */
    static byte[] of(AlgorithmParameterSpec params, String engine) throws InvalidAlgorithmParameterException {
        if (!params.getClass().getSimpleName().equals(SPEC)) {
            throw new InvalidAlgorithmParameterException(engine
                    + " takes Bouncy Castle's UserKeyingMaterialSpec or no parameters, not "
                    + params.getClass().getName());
        }
        byte[] material = read(params);
        return material == null ? new byte[0] : material.clone();
    }

    private static byte @Nullable [] read(AlgorithmParameterSpec params) throws InvalidAlgorithmParameterException {
        try {
            return (byte[]) MethodHandles.publicLookup()
                    .findVirtual(params.getClass(), GETTER, MethodType.methodType(byte[].class))
                    .invoke(params);
        } catch (Throwable unreadable) {
            throw new InvalidAlgorithmParameterException(
                    params.getClass().getName() + " has no method " + GETTER + " that gives bytes", unreadable);
        }
    }
}
