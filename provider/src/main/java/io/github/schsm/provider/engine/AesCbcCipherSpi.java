// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.DelegatingCipherSpi;
import io.github.schsm.spi.SecretKeyHandle;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.InvalidParameterSpecException;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-CBC over any length: data is collected and sent to the device in larger pieces, the chaining value carried from
 * one to the next. The device has no padding of its own; PKCS#5 is done here.
 */
public final class AesCbcCipherSpi extends DelegatingCipherSpi {
    private static final int BLOCK = 16;
    private static final String IV_WANTED = "decryption in CBC mode needs the IV: pass an IvParameterSpec";

    /** How much is collected before the device is asked: about what one command carries. */
    private static final int PIECE = 1024;

    private final Mechanism mechanism;
    private final Provider provider;
    private final SecretBuffer buffer = new SecretBuffer();
    private @Nullable SecretKeyHandle key;
    private boolean encrypting;
    private byte[] iv = new byte[BLOCK];
    private byte[] chaining = new byte[BLOCK];

    public AesCbcCipherSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism.name());
        this.mechanism = mechanism;
        this.provider = provider;
    }

    private boolean isPadding() {
        return mechanism.encoding() == Mechanism.Encoding.PKCS5_PADDING;
    }

    @Override
    protected void ownSetMode(String mode) throws NoSuchAlgorithmException {
        if (!mode.equalsIgnoreCase("CBC")) {
            throw new NoSuchAlgorithmException("the device does AES in CBC mode only, not " + mode);
        }
    }

    @Override
    protected void ownSetPadding(String padding) throws NoSuchPaddingException {
        boolean isThisOne = isPadding()
                ? padding.equalsIgnoreCase("PKCS5Padding") || padding.equalsIgnoreCase("PKCS7Padding")
                : padding.equalsIgnoreCase("NoPadding");
        if (!isThisOne) {
            throw new NoSuchPaddingException(
                    "the padding is part of the name, " + mechanism.name() + ", and not set to " + padding);
        }
    }

    @Override
    protected int ownBlockSize() {
        return BLOCK;
    }

    @Override
    protected int ownOutputSize(int inputLength) {
        int total = buffer.size() + inputLength;
        return isPadding() && encrypting ? (total / BLOCK + 1) * BLOCK : total;
    }

    @Override
    protected int ownKeySize(@Nullable Key given) throws InvalidKeyException {
        if (!(given instanceof SecretKeyHandle handle)) {
            throw EngineKeys.notOurs(given, mechanism.name(), "an AES key");
        }
        return handle.details().size();
    }

    @Override
    protected byte @Nullable [] ownIv() {
        return key == null ? null : iv.clone();
    }

    /** Before the initialization those of a random IV, as the JDK has it. */
    @Override
    protected AlgorithmParameters ownParameters() {
        byte[] used = iv;
        if (key == null) {
            used = new byte[BLOCK];
            new SecureRandom().nextBytes(used);
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("AES");
            parameters.init(new IvParameterSpec(used));
            return parameters;
        } catch (GeneralSecurityException everyJdkHasThem) {
            throw new ProviderException("no AES parameters in this JDK", everyJdkHasThem);
        }
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an AES key");
    }

    @Override
    protected void ownForget() {
        key = null;
        buffer.clear();
    }

    @Override
    protected void ownInit(int opmode, @Nullable Key given, @Nullable SecureRandom random) throws InvalidKeyException {
        byte[] chosen = new byte[BLOCK];
        if (opmode == Cipher.ENCRYPT_MODE) {
            (random == null ? new SecureRandom() : random).nextBytes(chosen);
        } else if (opmode == Cipher.DECRYPT_MODE) {
            throw new InvalidKeyException(IV_WANTED);
        }
        start(opmode, given, chosen);
    }

    private static void requireNoIvWanted(int opmode) throws InvalidAlgorithmParameterException {
        if (opmode == Cipher.DECRYPT_MODE) {
            throw new InvalidAlgorithmParameterException(IV_WANTED);
        }
    }

    @Override
    protected void ownInit(
            int opmode, @Nullable Key given, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params == null) {
            requireNoIvWanted(opmode);
            ownInit(opmode, given, random);
            return;
        }
        if (!(params instanceof IvParameterSpec spec) || spec.getIV().length != BLOCK) {
            throw new InvalidAlgorithmParameterException(
                    mechanism.name() + " takes an IvParameterSpec of " + BLOCK + " bytes, not "
                            + (params instanceof IvParameterSpec spec
                                    ? spec.getIV().length + " bytes"
                                    : params.getClass().getSimpleName()));
        }
        start(opmode, given, spec.getIV());
    }

    @Override
    protected void ownInit(
            int opmode, @Nullable Key given, @Nullable AlgorithmParameters params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params == null) {
            requireNoIvWanted(opmode);
            ownInit(opmode, given, random);
            return;
        }
        try {
            ownInit(opmode, given, params.getParameterSpec(IvParameterSpec.class), random);
        } catch (InvalidParameterSpecException noIv) {
            throw new InvalidAlgorithmParameterException(
                    mechanism.name() + " takes parameters with an IV, not those of " + params.getAlgorithm(), noIv);
        }
    }

    private void start(int opmode, @Nullable Key given, byte[] chosen) throws InvalidKeyException {
        if (opmode != Cipher.ENCRYPT_MODE && opmode != Cipher.DECRYPT_MODE) {
            throw new UnsupportedOperationException(mechanism.name()
                    + " of this provider encrypts and decrypts data; keys of a device are wrapped by Cipher XKEK");
        }
        encrypting = opmode == Cipher.ENCRYPT_MODE;
        key = EngineKeys.secret(
                given, encrypting ? KeyAlgorithm.AES_CBC_ENCRYPT : KeyAlgorithm.AES_CBC_DECRYPT, mechanism.name());
        iv = chosen.clone();
        chaining = chosen.clone();
    }

    @Override
    protected byte[] ownUpdate(byte[] input, int inputOffset, int inputLen) {
        try {
            buffer.write(input, inputOffset, inputLen);
            int whole = buffer.size() / BLOCK * BLOCK;
            if (isPadding() && !encrypting && whole == buffer.size()) {
                whole -= BLOCK;
            }
            return whole < PIECE ? new byte[0] : process(buffer.take(whole));
        } catch (SchsmException failed) {
            startAgain();
            throw EngineKeys.unchecked(failed);
        }
    }

    private void startAgain() {
        buffer.clear();
        chaining = iv.clone();
    }

    @Override
    protected int ownUpdate(byte[] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException {
        int most = ownOutputSize(inputLen) / BLOCK * BLOCK;
        if (most >= PIECE && output.length - outputOffset < most) {
            throw new ShortBufferException("the output may have " + most + " bytes, the buffer has place for "
                    + (output.length - outputOffset));
        }
        byte[] result = ownUpdate(input, inputOffset, inputLen);
        System.arraycopy(result, 0, output, outputOffset, result.length);
        return result.length;
    }

    private byte[] process(byte[] data) throws SchsmException {
        SecretKeyHandle used = key;
        if (used == null) {
            throw new IllegalStateException(mechanism.name() + " was not initialized");
        }
        if (data.length == 0) {
            return data;
        }
        try {
            byte[] next = Arrays.copyOfRange(data, data.length - BLOCK, data.length);
            byte[] result = used.token().cipher(used.key(), encrypting, chaining, data);
            chaining = encrypting ? Arrays.copyOfRange(result, result.length - BLOCK, result.length) : next;
            return result;
        } finally {
            Arrays.fill(data, (byte) 0);
        }
    }

    @Override
    protected byte[] ownDoFinal(byte @Nullable [] input, int inputOffset, int inputLen)
            throws IllegalBlockSizeException, BadPaddingException {
        try {
            if (input != null) {
                buffer.write(input, inputOffset, inputLen);
            }
            if (isPadding() && encrypting) {
                int count = BLOCK - buffer.size() % BLOCK;
                byte[] padding = new byte[count];
                Arrays.fill(padding, (byte) count);
                buffer.write(padding, 0, count);
            }
            if (buffer.size() % BLOCK != 0) {
                if (isPadding()) {
                    throw wrongPadding();
                }
                throw new IllegalBlockSizeException(mechanism.name() + " works on whole blocks of " + BLOCK
                        + " bytes, the last one has " + buffer.size() % BLOCK
                        + (encrypting ? ": use AES/CBC/PKCS5Padding for data of any length" : ""));
            }
            byte[] result = process(buffer.take(buffer.size()));
            return isPadding() && !encrypting ? unpad(result) : result;
        } catch (SchsmException failed) {
            throw EngineKeys.unchecked(failed);
        } finally {
            startAgain();
        }
    }

    /** One and the same for whatever is wrong, so that nobody learns from it what the plain text is not. */
    private static BadPaddingException wrongPadding() {
        return new BadPaddingException("the padding is wrong: other key, other IV, or changed data");
    }

    /** Looks at every byte whatever the padding is, so that the time it takes does not tell what was wrong with it. */
    private static byte[] unpad(byte[] padded) throws BadPaddingException {
        if (padded.length == 0) {
            return padded;
        }
        int count = padded[padded.length - 1] & 0xFF;
        int wrong = (count - 1) >>> 31 | (BLOCK - count) >>> 31;
        for (int i = 1; i <= BLOCK; i++) {
            int inPadding = (i - count - 1) >>> 31;
            wrong |= inPadding & (((padded[padded.length - i] & 0xFF) ^ count) != 0 ? 1 : 0);
        }
        if (wrong != 0) {
            Arrays.fill(padded, (byte) 0);
            throw wrongPadding();
        }
        byte[] plain = Arrays.copyOf(padded, padded.length - count);
        Arrays.fill(padded, (byte) 0);
        return plain;
    }

    @Override
    protected int ownDoFinal(byte @Nullable [] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException {
        int most = ownOutputSize(inputLen);
        int place = output.length - outputOffset;
        if (place < (isPadding() && !encrypting ? Math.max(0, most - BLOCK) : most)) {
            throw new ShortBufferException("the output may have " + most + " bytes, the buffer has place for " + place);
        }
        byte[] collected = encrypting ? new byte[0] : buffer.copy();
        byte[] chained = chaining;
        byte[] result = ownDoFinal(input, inputOffset, inputLen);
        int length = result.length;
        try {
            if (length > place) {
                // The caller may come again with a larger buffer: everything is as it was before.
                buffer.write(collected, 0, collected.length);
                chaining = chained;
                throw new ShortBufferException(
                        "the output has " + length + " bytes, the buffer has place for " + place);
            }
            System.arraycopy(result, 0, output, outputOffset, length);
            return length;
        } finally {
            Arrays.fill(result, (byte) 0);
            Arrays.fill(collected, (byte) 0);
        }
    }

    @Override
    protected byte[] ownWrap(Key given) throws InvalidKeyException {
        throw new InvalidKeyException("keys are wrapped by Cipher XKEK of provider " + provider.getName());
    }

    @Override
    protected Key ownUnwrap(byte[] wrappedKey, String algorithm, int wrappedKeyType) throws InvalidKeyException {
        throw new InvalidKeyException("keys are unwrapped by Cipher XKEK of provider " + provider.getName());
    }
}
