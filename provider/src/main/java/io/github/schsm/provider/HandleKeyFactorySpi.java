package io.github.schsm.provider;

import io.github.schsm.Mechanism;
import io.github.schsm.SchsmPrivateKey;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key factory for handles: it gives back those of its provider, and refuses everything that has bytes. Nearly all
 * programs ask for a key factory without naming a provider, and then the JDK goes on to the next one.
 */
final class HandleKeyFactorySpi extends KeyFactorySpi {
    private final Mechanism mechanism;

    HandleKeyFactorySpi(Mechanism mechanism) {
        this.mechanism = mechanism;
    }

    private String name() {
        return "KeyFactory " + mechanism.name() + " of this provider";
    }

    @Override
    protected PublicKey engineGeneratePublic(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        throw new InvalidKeySpecException(name() + " knows keys in a device, and public keys are software: leave the"
                + " provider's name out of KeyFactory.getInstance");
    }

    @Override
    protected PrivateKey engineGeneratePrivate(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        throw new InvalidKeySpecException(name() + " takes no software keys into a device, where they could only come"
                + " wrapped (setEntry with a WrappedKeyEntry): generate the key in the device (KeyPairGenerator), or"
                + " leave the provider's name out of KeyFactory.getInstance for a key in software");
    }

    @Override
    protected <T extends KeySpec> T engineGetKeySpec(@Nullable Key key, Class<T> keySpec)
            throws InvalidKeySpecException {
        throw new InvalidKeySpecException(
                key instanceof SchsmPrivateKey
                        ? key + " never leaves its device, so there is no " + keySpec.getSimpleName() + " of it"
                        : name()
                                + " knows keys in a device only: leave the provider's name out of KeyFactory.getInstance");
    }

    @Override
    protected Key engineTranslateKey(@Nullable Key key) throws InvalidKeyException {
        if (key instanceof SchsmPrivateKey handle && handle.key().type() == mechanism.keyType()) {
            return handle;
        }
        throw EngineKeys.notOurs(key, "KeyFactory " + mechanism.name(), "an " + mechanism.name() + " private key");
    }
}
