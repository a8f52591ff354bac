// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.UnwrapSpec;
import io.github.schsm.WrapSpec;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.keystore.KeyWrapping;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.NoSuchPaddingException;
import org.jspecify.annotations.Nullable;

/** Wraps keys under the KEK of their domain and unwraps them; the device does both. */
public final class XkekCipherSpi extends CipherSpi {
    private static final String NAME = "XKEK";

    private @Nullable KekHandle kek;
    private @Nullable String label;
    private boolean useCounterMayBeLost;
    private int mode;

    @Override
    protected void engineSetMode(String modeName) throws NoSuchAlgorithmException {
        throw new NoSuchAlgorithmException("Cipher " + NAME + " has no modes, not " + modeName);
    }

    @Override
    protected void engineSetPadding(String padding) throws NoSuchPaddingException {
        throw new NoSuchPaddingException("Cipher " + NAME + " has no paddings, not " + padding);
    }

    @Override
    protected int engineGetBlockSize() {
        return 0;
    }

    @Override
    protected int engineGetOutputSize(int inputLength) {
        return 0;
    }

    @Override
    protected byte @Nullable [] engineGetIV() {
        return null;
    }

    @Override
    protected @Nullable AlgorithmParameters engineGetParameters() {
        return null;
    }

    @Override
    protected void engineInit(int opmode, Key key, @Nullable SecureRandom random) throws InvalidKeyException {
        try {
            engineInit(opmode, key, (AlgorithmParameterSpec) null, random);
        } catch (InvalidAlgorithmParameterException noParametersNoFault) {
            throw new IllegalStateException(noParametersNoFault);
        }
    }

    @Override
    protected void engineInit(
            int opmode, Key key, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        kek = null;
        label = null;
        useCounterMayBeLost = false;
        if (opmode != Cipher.WRAP_MODE && opmode != Cipher.UNWRAP_MODE) {
            throw new InvalidKeyException(
                    "Cipher " + NAME + " wraps and unwraps keys (WRAP_MODE, UNWRAP_MODE); it encrypts no data");
        }
        if (!(key instanceof KekHandle handle)) {
            throw EngineKeys.notOurs(key, "Cipher " + NAME, "a KEK (KeyAgreement ECDH_XKEK or KeyDomain.kek())");
        }
        boolean wrapping = opmode == Cipher.WRAP_MODE;
        if (wrapping && params instanceof WrapSpec) {
            useCounterMayBeLost = true;
        } else if (!wrapping && params instanceof UnwrapSpec spec) {
            label = spec.label();
        } else if (params != null) {
            throw new InvalidAlgorithmParameterException("Cipher " + NAME + " takes "
                    + (wrapping ? "a WrapSpec" : "an UnwrapSpec") + " or nothing, not "
                    + params.getClass().getSimpleName());
        }
        mode = opmode;
        kek = handle;
    }

    @Override
    protected void engineInit(int opmode, Key key, @Nullable AlgorithmParameters params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params != null) {
            throw new InvalidAlgorithmParameterException(
                    "Cipher " + NAME + " takes no AlgorithmParameters, not " + params.getAlgorithm());
        }
        engineInit(opmode, key, random);
    }

    @Override
    protected byte[] engineUpdate(byte[] input, int inputOffset, int inputLen) {
        throw noData();
    }

    @Override
    protected int engineUpdate(byte[] input, int inputOffset, int inputLen, byte[] output, int outputOffset) {
        throw noData();
    }

    @Override
    protected byte[] engineDoFinal(byte @Nullable [] input, int inputOffset, int inputLen) {
        throw noData();
    }

    @Override
    protected int engineDoFinal(
            byte @Nullable [] input, int inputOffset, int inputLen, byte[] output, int outputOffset) {
        throw noData();
    }

    private static IllegalStateException noData() {
        return new IllegalStateException("Cipher " + NAME + " wraps and unwraps keys; it encrypts no data");
    }

    private KekHandle kek(int wantedMode) {
        KekHandle handle = kek;
        if (handle == null || mode != wantedMode) {
            throw new IllegalStateException("Cipher " + NAME + " was not initialized for "
                    + (wantedMode == Cipher.WRAP_MODE ? "wrapping" : "unwrapping"));
        }
        return handle;
    }

    @Override
    protected byte[] engineWrap(Key key) throws InvalidKeyException {
        KekHandle under = kek(Cipher.WRAP_MODE);
        if (!(key instanceof KeyHandle handle)) {
            throw EngineKeys.notOurs(key, "Cipher " + NAME, "a key");
        }
        try {
            return KeyWrapping.wrap(handle, under, useCounterMayBeLost).blob();
        } catch (SchsmException failed) {
            throw EngineKeys.invalidKey(failed);
        }
    }

    @Override
    protected Key engineUnwrap(byte[] wrappedKey, String algorithm, int wrappedKeyType)
            throws InvalidKeyException, NoSuchAlgorithmException {
        KekHandle under = kek(Cipher.UNWRAP_MODE);
        try {
            WrappedKeyEntry entry = KeyWrapping.parse(wrappedKey);
            requireKind(entry.keyType(), algorithm, wrappedKeyType);
            KeyWrapping.requireSameKek(entry, under);
            Token token = under.token();
            TokenKey key = token.keyDomains().unwrap(entry, label == null ? freeLabel(token, entry) : label);
            return EngineKeys.handleOfNew(token, key, label);
        } catch (SchsmException failed) {
            throw EngineKeys.invalidKey(failed);
        }
    }

    private static void requireKind(KeyType type, String algorithm, int wrappedKeyType)
            throws NoSuchAlgorithmException, InvalidKeyException {
        if (!type.name().equalsIgnoreCase(algorithm)) {
            throw new NoSuchAlgorithmException("the wrapped key is an " + type + " key, not " + algorithm);
        }
        int kind = type.isPrivate() ? Cipher.PRIVATE_KEY : Cipher.SECRET_KEY;
        if (wrappedKeyType != kind) {
            throw new InvalidKeyException("the wrapped " + type + " key is a "
                    + (type.isPrivate() ? "private key (Cipher.PRIVATE_KEY)" : "secret key (Cipher.SECRET_KEY)"));
        }
    }

    private static String freeLabel(Token token, WrappedKeyEntry entry) throws SchsmException {
        Set<String> labels = token.keys().stream().map(TokenKey::label).collect(Collectors.toSet());
        String prefix = "unwrapped-" + HexFormat.of().withUpperCase().formatHex(entry.kcv()) + "-";
        int n = 1;
        while (labels.contains(prefix + n)) {
            n++;
        }
        return prefix + n;
    }
}
