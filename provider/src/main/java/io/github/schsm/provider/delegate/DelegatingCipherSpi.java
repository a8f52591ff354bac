// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.ShortBufferException;
import org.jspecify.annotations.Nullable;

/**
 * A cipher engine that works with keys in a device itself, and hands every other key to the next provider: keys in
 * software, and public keys. Which of both it is turns out with the key.
 */
public abstract class DelegatingCipherSpi extends CipherSpi {
    private final Provider provider;
    private final String standard;
    private @Nullable String mode;
    private @Nullable String padding;
    private @Nullable Cipher other;

    /** An engine of a provider for a transformation by its standard name. */
    protected DelegatingCipherSpi(Provider provider, String standard) {
        this.provider = provider;
        this.standard = standard;
    }

    /** Sets the mode, where the name did not have it. */
    protected abstract void ownSetMode(String name) throws NoSuchAlgorithmException;

    /** Sets the padding, where the name did not have it. */
    protected abstract void ownSetPadding(String name) throws NoSuchPaddingException;

    /** Block size in bytes; 0 if there are no blocks. */
    protected abstract int ownBlockSize();

    /** The most bytes that an update or the end may give after so many more. */
    protected abstract int ownOutputSize(int inputLength);

    /** Bits of a key in a device. */
    protected abstract int ownKeySize(@Nullable Key key) throws InvalidKeyException;

    /** The IV; null if there is none. */
    protected abstract byte @Nullable [] ownIv();

    /** The parameters in use; null if there are none. */
    protected abstract @Nullable AlgorithmParameters ownParameters();

    /** Says which keys in a device the engine takes. */
    protected abstract InvalidKeyException notOurs(Key key);

    /** Forgets the key and what came in. */
    protected abstract void ownForget();

    /** Takes a key that is not another provider's. */
    protected abstract void ownInit(int opmode, @Nullable Key key, @Nullable SecureRandom random)
            throws InvalidKeyException;

    /** The same with parameters. */
    protected abstract void ownInit(
            int opmode, @Nullable Key key, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException;

    /** The same with encoded parameters. */
    protected abstract void ownInit(
            int opmode, @Nullable Key key, @Nullable AlgorithmParameters params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException;

    /** More data. */
    protected abstract byte[] ownUpdate(byte[] input, int inputOffset, int inputLen);

    /** More data, the result into a buffer. */
    protected abstract int ownUpdate(byte[] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException;

    /** The last data, if there is any more. */
    protected abstract byte[] ownDoFinal(byte @Nullable [] input, int inputOffset, int inputLen)
            throws IllegalBlockSizeException, BadPaddingException;

    /** The same, the result into a buffer. */
    protected abstract int ownDoFinal(
            byte @Nullable [] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException;

    /** Wraps a key. */
    protected abstract byte[] ownWrap(Key key) throws InvalidKeyException, IllegalBlockSizeException;

    /** Unwraps a key. */
    protected abstract Key ownUnwrap(byte[] wrapped, String algorithm, int type)
            throws InvalidKeyException, NoSuchAlgorithmException;

    @Override
    protected final void engineSetMode(String name) throws NoSuchAlgorithmException {
        ownSetMode(name);
        mode = name;
    }

    @Override
    protected final void engineSetPadding(String name) throws NoSuchPaddingException {
        ownSetPadding(name);
        padding = name;
    }

    /** As it was asked for, then in other spellings, because not every provider knows all of them. */
    private List<String> transformations() {
        if (mode == null && padding == null) {
            return List.of(standard);
        }
        String[] parts = standard.split("/", -1);
        String setMode = mode == null ? parts[1] : mode;
        String setPadding = padding == null ? parts[2] : padding;
        String usualHash = setPadding.replaceFirst("(?i)^OAEPWithSHA(?=[0-9])(?!3-)", "OAEPWithSHA-");
        String usual = setPadding.equalsIgnoreCase("PKCS7Padding") ? "PKCS5Padding" : usualHash;
        return Stream.of(
                        parts[0] + "/" + setMode + "/" + setPadding,
                        parts[0] + "/" + parts[1] + "/" + setPadding,
                        parts[0] + "/" + parts[1] + "/" + usual)
                .distinct()
                .toList();
    }

    /** What is done with an engine of another provider. */
    @FunctionalInterface
    private interface Init {
        void accept(Cipher cipher) throws GeneralSecurityException;
    }

    private void next(Key key, Init init) throws InvalidKeyException, InvalidAlgorithmParameterException {
        try {
            other = new Successors(provider, "Cipher", transformations()).first(key, (name, candidate) -> {
                Cipher cipher = Cipher.getInstance(name, candidate);
                init.accept(cipher);
                return cipher;
            });
        } catch (InvalidAlgorithmParameterException refused) {
            throw refused;
        } catch (GeneralSecurityException refused) {
            throw Successors.nobodyTakes(key, notOurs(key), refused);
        }
    }

    private void forget() {
        other = null;
        ownForget();
    }

    @Override
    protected final void engineInit(int opmode, @Nullable Key key, @Nullable SecureRandom random)
            throws InvalidKeyException {
        forget();
        if (key == null || Successors.isOurs(key)) {
            ownInit(opmode, key, random);
            return;
        }
        try {
            next(key, cipher -> {
                if (random == null) {
                    cipher.init(opmode, key);
                } else {
                    cipher.init(opmode, key, random);
                }
            });
        } catch (InvalidAlgorithmParameterException needsParameters) {
            throw new InvalidKeyException(needsParameters.getMessage(), needsParameters);
        }
    }

    @Override
    protected final void engineInit(
            int opmode, @Nullable Key key, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        forget();
        if (key == null || Successors.isOurs(key)) {
            ownInit(opmode, key, params, random);
            return;
        }
        next(key, cipher -> {
            if (random == null) {
                cipher.init(opmode, key, params);
            } else {
                cipher.init(opmode, key, params, random);
            }
        });
    }

    @Override
    protected final void engineInit(
            int opmode, @Nullable Key key, @Nullable AlgorithmParameters params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        forget();
        if (key == null || Successors.isOurs(key)) {
            ownInit(opmode, key, params, random);
            return;
        }
        next(key, cipher -> {
            if (random == null) {
                cipher.init(opmode, key, params);
            } else {
                cipher.init(opmode, key, params, random);
            }
        });
    }

    @Override
    protected final int engineGetBlockSize() {
        return other != null ? other.getBlockSize() : ownBlockSize();
    }

    @Override
    protected final int engineGetOutputSize(int inputLen) {
        return other != null ? other.getOutputSize(inputLen) : ownOutputSize(inputLen);
    }

    @Override
    protected final byte @Nullable [] engineGetIV() {
        return other != null ? other.getIV() : ownIv();
    }

    @Override
    protected final @Nullable AlgorithmParameters engineGetParameters() {
        return other != null ? other.getParameters() : ownParameters();
    }

    /** Asked by the JCA before the initialization where the JDK limits key sizes. */
    @Override
    protected final int engineGetKeySize(@Nullable Key key) throws InvalidKeyException {
        if (key == null || Successors.isOurs(key)) {
            return ownKeySize(key);
        }
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength();
        }
        byte[] encoded = key.getEncoded();
        if (encoded == null) {
            throw new InvalidKeyException("the size of the key is not known: it has no encoding");
        }
        try {
            return Math.multiplyExact(encoded.length, Byte.SIZE);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    @Override
    protected final byte @Nullable [] engineUpdate(byte[] input, int inputOffset, int inputLen) {
        return other != null ? other.update(input, inputOffset, inputLen) : ownUpdate(input, inputOffset, inputLen);
    }

    @Override
    protected final int engineUpdate(byte[] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException {
        return other != null
                ? other.update(input, inputOffset, inputLen, output, outputOffset)
                : ownUpdate(input, inputOffset, inputLen, output, outputOffset);
    }

    @Override
    protected final int engineUpdate(ByteBuffer input, ByteBuffer output) throws ShortBufferException {
        return other != null ? other.update(input, output) : super.engineUpdate(input, output);
    }

    @Override
    protected final void engineUpdateAAD(byte[] data, int offset, int length) {
        if (other == null) {
            throw noAad();
        }
        other.updateAAD(data, offset, length);
    }

    @Override
    protected final void engineUpdateAAD(ByteBuffer data) {
        if (other == null) {
            throw noAad();
        }
        other.updateAAD(data);
    }

    private IllegalStateException noAad() {
        return new IllegalStateException(
                standard.toUpperCase(Locale.ROOT).startsWith("RSA")
                        ? "RSA takes no additional authenticated data"
                        : standard + " takes no additional authenticated data: it does not authenticate");
    }

    @Override
    protected final byte[] engineDoFinal(byte @Nullable [] input, int inputOffset, int inputLen)
            throws IllegalBlockSizeException, BadPaddingException {
        if (other == null) {
            return ownDoFinal(input, inputOffset, inputLen);
        }
        return input == null ? other.doFinal() : other.doFinal(input, inputOffset, inputLen);
    }

    @Override
    protected final int engineDoFinal(
            byte @Nullable [] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException {
        if (other == null) {
            return ownDoFinal(input, inputOffset, inputLen, output, outputOffset);
        }
        return input == null
                ? other.doFinal(output, outputOffset)
                : other.doFinal(input, inputOffset, inputLen, output, outputOffset);
    }

    @Override
    protected final int engineDoFinal(ByteBuffer input, ByteBuffer output)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException {
        return other != null ? other.doFinal(input, output) : super.engineDoFinal(input, output);
    }

    @Override
    protected final byte[] engineWrap(Key key) throws InvalidKeyException, IllegalBlockSizeException {
        return other != null ? other.wrap(key) : ownWrap(key);
    }

    @Override
    protected final Key engineUnwrap(byte[] wrapped, String algorithm, int type)
            throws InvalidKeyException, NoSuchAlgorithmException {
        return other != null ? other.unwrap(wrapped, algorithm, type) : ownUnwrap(wrapped, algorithm, type);
    }
}
