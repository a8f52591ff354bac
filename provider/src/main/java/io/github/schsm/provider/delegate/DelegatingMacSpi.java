// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import io.github.schsm.mechanism.Mechanism;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.MacSpi;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** A MAC with keys in a device; every other key goes to the next provider. */
public abstract class DelegatingMacSpi extends MacSpi {
    private final Successors successors;
    private @Nullable Mac other;

    /** An engine of a provider for a row of the mechanism table. */
    protected DelegatingMacSpi(Provider provider, Mechanism mechanism) {
        this.successors = new Successors(provider, mechanism.type(), List.of(mechanism.name()));
    }

    /** Length of the MAC in bytes. */
    protected abstract int ownMacLength();

    /** Says which keys in a device the engine takes. */
    protected abstract InvalidKeyException notOurs(Key key);

    /** Forgets the key and what came in. */
    protected abstract void ownForget();

    /** Takes a key that is not another provider's. */
    protected abstract void ownInit(@Nullable Key key, @Nullable AlgorithmParameterSpec params)
            throws InvalidKeyException, InvalidAlgorithmParameterException;

    /** More data. */
    protected abstract void ownUpdate(byte[] input, int offset, int length);

    /** The MAC of what came in. */
    protected abstract byte[] ownDoFinal();

    /** Forgets what came in. */
    protected abstract void ownReset();

    @Override
    protected final int engineGetMacLength() {
        return other != null ? other.getMacLength() : ownMacLength();
    }

    @Override
    protected final void engineInit(@Nullable Key key, @Nullable AlgorithmParameterSpec params)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        other = null;
        ownForget();
        if (!(key instanceof SecretKey) || Successors.isOurs(key)) {
            ownInit(key, params);
            return;
        }
        try {
            other = successors.first(key, (algorithm, provider) -> {
                Mac mac = Mac.getInstance(algorithm, provider);
                mac.init(key, params);
                return mac;
            });
        } catch (InvalidAlgorithmParameterException refused) {
            throw refused;
        } catch (GeneralSecurityException refused) {
            throw Successors.nobodyTakes(key, notOurs(key), refused);
        }
    }

    @Override
    protected final void engineUpdate(byte input) {
        engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected final void engineUpdate(byte[] input, int offset, int length) {
        if (other != null) {
            other.update(input, offset, length);
        } else {
            ownUpdate(input, offset, length);
        }
    }

    @Override
    protected final void engineUpdate(ByteBuffer input) {
        if (other != null) {
            other.update(input);
        } else {
            super.engineUpdate(input);
        }
    }

    @Override
    protected final byte[] engineDoFinal() {
        return other != null ? other.doFinal() : ownDoFinal();
    }

    @Override
    protected final void engineReset() {
        if (other != null) {
            other.reset();
        } else {
            ownReset();
        }
    }
}
