// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.SoftwareKeys;
import io.github.schsm.spi.SecretKeyHandle;
import java.security.InvalidKeyException;
import java.security.Provider;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactorySpi;
import org.jspecify.annotations.Nullable;

/** A secret key factory for handles; as {@link HandleKeyFactorySpi}. */
public final class HandleSecretKeyFactorySpi extends SecretKeyFactorySpi {
    private final SoftwareKeys software;

    public HandleSecretKeyFactorySpi(Provider provider, Mechanism mechanism) {
        this.software = new SoftwareKeys(provider, mechanism.type(), mechanism.name());
    }

    @Override
    protected SecretKey engineGenerateSecret(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        return software.secretBySpec(
                factory -> factory.generateSecret(keySpec),
                new InvalidKeySpecException("SecretKeyFactory AES of this provider takes no software keys into a"
                        + " device, where they could only come wrapped (setEntry with a WrappedKeyEntry): generate the"
                        + " key in the device (KeyGenerator), or use a SecretKeySpec for a key in software"));
    }

    @Override
    protected KeySpec engineGetKeySpec(@Nullable SecretKey key, Class<?> keySpec) throws InvalidKeySpecException {
        if (key instanceof SecretKeyHandle) {
            throw new InvalidKeySpecException(
                    key + " never leaves its device, so there is no " + keySpec.getSimpleName() + " of it");
        }
        return software.secretBySpec(
                factory -> factory.getKeySpec(key, keySpec),
                new InvalidKeySpecException("SecretKeyFactory AES of this provider knows keys in a device only"));
    }

    @Override
    protected SecretKey engineTranslateKey(@Nullable SecretKey key) throws InvalidKeyException {
        if (key instanceof SecretKeyHandle handle) {
            return handle;
        }
        InvalidKeyException refusal = EngineKeys.notOurs(key, "SecretKeyFactory AES", "an AES key");
        if (key == null) {
            throw refusal;
        }
        return software.translated(key, refusal);
    }
}
