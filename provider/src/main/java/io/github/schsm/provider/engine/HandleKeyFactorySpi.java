// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.SoftwareKeys;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.PrivateKeyHandle;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key factory for handles: it gives back those of its provider, and hands everything that has bytes to the next
 * provider. Such a key is one in software then.
 */
public final class HandleKeyFactorySpi extends KeyFactorySpi {
    private final Mechanism mechanism;
    private final SoftwareKeys software;

    public HandleKeyFactorySpi(Provider provider, Mechanism mechanism) {
        this.mechanism = mechanism;
        this.software = new SoftwareKeys(provider, mechanism.type(), mechanism.name());
    }

    private InvalidKeySpecException nobody() {
        return new InvalidKeySpecException("KeyFactory " + mechanism.name()
                + " of this provider knows keys in a device, and no other provider has such a key factory");
    }

    @Override
    protected PublicKey engineGeneratePublic(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        return software.bySpec(factory -> factory.generatePublic(keySpec), nobody());
    }

    @Override
    protected PrivateKey engineGeneratePrivate(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        return software.bySpec(factory -> factory.generatePrivate(keySpec), nobody());
    }

    @Override
    protected <T extends KeySpec> T engineGetKeySpec(@Nullable Key key, Class<T> keySpec)
            throws InvalidKeySpecException {
        if (key instanceof PrivateKeyHandle) {
            throw new InvalidKeySpecException(
                    key + " never leaves its device, so there is no " + keySpec.getSimpleName() + " of it");
        }
        return software.bySpec(factory -> factory.getKeySpec(key, keySpec), nobody());
    }

    @Override
    protected Key engineTranslateKey(@Nullable Key key) throws InvalidKeyException {
        if (key instanceof PrivateKeyHandle handle && handle.key().type() == mechanism.keyType()) {
            return handle;
        }
        InvalidKeyException refusal =
                EngineKeys.notOurs(key, "KeyFactory " + mechanism.name(), "an " + mechanism.name() + " private key");
        if (key == null || key instanceof KeyHandle) {
            throw refusal;
        }
        return software.translated(key, refusal);
    }
}
