package io.github.schsm.provider;

import io.github.schsm.SchsmSecretKey;
import java.security.InvalidKeyException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactorySpi;
import org.jspecify.annotations.Nullable;

/** A secret key factory for handles; as {@link HandleKeyFactorySpi}. */
final class HandleSecretKeyFactorySpi extends SecretKeyFactorySpi {
    @Override
    protected SecretKey engineGenerateSecret(@Nullable KeySpec keySpec) throws InvalidKeySpecException {
        throw new InvalidKeySpecException("SecretKeyFactory AES of this provider takes no software keys into a device,"
                + " where they could only come wrapped (setEntry with a WrappedKeyEntry): generate the key in the"
                + " device (KeyGenerator), or use a SecretKeySpec for a key in software");
    }

    @Override
    protected KeySpec engineGetKeySpec(@Nullable SecretKey key, Class<?> keySpec) throws InvalidKeySpecException {
        throw new InvalidKeySpecException(
                key instanceof SchsmSecretKey
                        ? key + " never leaves its device, so there is no " + keySpec.getSimpleName() + " of it"
                        : "SecretKeyFactory AES of this provider knows keys in a device only");
    }

    @Override
    protected SecretKey engineTranslateKey(@Nullable SecretKey key) throws InvalidKeyException {
        if (key instanceof SchsmSecretKey handle) {
            return handle;
        }
        throw EngineKeys.notOurs(key, "SecretKeyFactory AES", "an AES key");
    }
}
