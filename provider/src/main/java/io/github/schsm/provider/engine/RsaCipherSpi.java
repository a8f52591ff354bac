// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.delegate.DelegatingCipherSpi;
import io.github.schsm.spi.RsaKeyHandle;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.InvalidParameterSpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * RSA decryption and unwrapping. The device does the private operation and the padding is taken off here, because many
 * firmwares have no more; only where the key's list forbids that, the device does both. Whatever is wrong with a
 * padding has one exception with one message, and for a TLS premaster secret none at all.
 */
public final class RsaCipherSpi extends DelegatingCipherSpi {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] NOTHING = {};
    private static final int TLS_PREMASTER_LENGTH = 48;
    private static final String TLS_PREMASTER = "TlsRsaPremasterSecret";
    private static final String OAEP_PREFIX = "OAEPWITH";
    private static final String OAEP_SUFFIX = "ANDMGF1PADDING";

    private final Mechanism mechanism;
    private Padding padding;
    private OaepPadding oaepByName;
    private OaepPadding oaep;
    private @Nullable RsaKeyHandle key;
    private KeyAlgorithm algorithm = KeyAlgorithm.RSA_DECRYPT_RAW;
    private @Nullable TlsVersions versions;
    private int mode;
    private byte[] collected = NOTHING;
    private int count;

    /** What is taken off. */
    private enum Padding {
        NONE,
        PKCS1,
        OAEP;

        /** By which algorithms of the device, in the order of preference. */
        private List<KeyAlgorithm> algorithms() {
            return switch (this) {
                case NONE -> List.of(KeyAlgorithm.RSA_DECRYPT_RAW);
                case PKCS1 -> List.of(KeyAlgorithm.RSA_DECRYPT_RAW, KeyAlgorithm.RSA_DECRYPT_PKCS1);
                case OAEP -> List.of(KeyAlgorithm.RSA_DECRYPT_RAW, KeyAlgorithm.RSA_DECRYPT_OAEP);
            };
        }
    }

    public RsaCipherSpi(Provider provider, Mechanism mechanism) {
        super(provider, mechanism.name());
        this.mechanism = mechanism;
        this.padding = switch (mechanism.encoding()) {
            case NO_PADDING -> Padding.NONE;
            case PKCS1_PADDING -> Padding.PKCS1;
            case OAEP_PADDING -> Padding.OAEP;
            case RAW, DER, P1363, PKCS5_PADDING ->
                throw new IllegalArgumentException(
                        mechanism.name() + " is no RSA cipher: its padding is " + mechanism.encoding());
        };
        this.oaepByName = OaepPadding.ofName(mechanism.hash() == null ? HashAlgorithm.SHA1 : mechanism.hash());
        this.oaep = oaepByName;
    }

    @Override
    protected void ownSetMode(String name) throws NoSuchAlgorithmException {
        if (!name.equalsIgnoreCase("ECB") && !name.equalsIgnoreCase("NONE")) {
            throw new NoSuchAlgorithmException("RSA has no mode of operation: write ECB, not " + name);
        }
    }

    @Override
    protected void ownSetPadding(String name) throws NoSuchPaddingException {
        String upper = name.toUpperCase(Locale.ROOT);
        switch (upper) {
            case "NOPADDING" -> padding = Padding.NONE;
            case "PKCS1PADDING" -> padding = Padding.PKCS1;
            case "OAEPPADDING" -> setOaep(HashAlgorithm.SHA1);
            default -> {
                if (!upper.startsWith(OAEP_PREFIX) || !upper.endsWith(OAEP_SUFFIX)) {
                    throw new NoSuchPaddingException("RSA has NoPadding, PKCS1Padding, OAEPPadding and"
                            + " OAEPWith<hash>AndMGF1Padding, not " + name);
                }
                try {
                    setOaep(RsaPadding.hash(
                            upper.substring(OAEP_PREFIX.length(), upper.length() - OAEP_SUFFIX.length())));
                } catch (InvalidAlgorithmParameterException noHash) {
                    throw (NoSuchPaddingException) new NoSuchPaddingException(noHash.getMessage()).initCause(noHash);
                }
            }
        }
    }

    private void setOaep(HashAlgorithm hash) {
        padding = Padding.OAEP;
        oaepByName = OaepPadding.ofName(hash);
        oaep = oaepByName;
    }

    // Initialization

    @Override
    protected void ownInit(int opmode, @Nullable Key given, @Nullable SecureRandom random) throws InvalidKeyException {
        try {
            ownInit(opmode, given, (AlgorithmParameterSpec) null, random);
        } catch (InvalidAlgorithmParameterException doesNotFit) {
            throw new InvalidKeyException(doesNotFit.getMessage(), doesNotFit);
        }
    }

    @Override
    protected void ownInit(
            int opmode, @Nullable Key given, @Nullable AlgorithmParameters params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (params == null) {
            ownInit(opmode, given, random);
            return;
        }
        try {
            ownInit(opmode, given, params.getParameterSpec(OAEPParameterSpec.class), random);
        } catch (InvalidParameterSpecException notOaep) {
            throw new InvalidAlgorithmParameterException(
                    "RSA takes OAEP parameters, not those of " + params.getAlgorithm(), notOaep);
        }
    }

    @Override
    protected void ownInit(
            int opmode, @Nullable Key given, @Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (opmode == Cipher.ENCRYPT_MODE || opmode == Cipher.WRAP_MODE) {
            throw new InvalidKeyException(
                    "RSA encrypts and wraps with the public key, in software; " + given + " is a private key");
        }
        if (!(given instanceof RsaKeyHandle decrypter)) {
            throw EngineKeys.notOurs(given, mechanism.name(), "an RSA private key");
        }
        oaep = parameters(params, EngineKeys.length(decrypter));
        versions = params == null ? null : TlsVersions.of(params).orElse(null);
        algorithm = EngineKeys.firstAllowed(decrypter, padding.algorithms());
        if (algorithm == KeyAlgorithm.RSA_DECRYPT_OAEP
                && !oaep.mayBeDoneByADevice()
                && !decrypter.token().takesPaddingParameters()) {
            throw new InvalidAlgorithmParameterException("the algorithm list of " + decrypter
                    + " leaves OAEP to the device, which has one hash function for both purposes and no label: "
                    + oaep.hash().jca() + " with MGF1 of " + oaep.mgfHash().jca()
                    + " needs RSA_DECRYPT_RAW in the list");
        }
        mode = opmode;
        collected = new byte[EngineKeys.length(decrypter)];
        key = decrypter;
    }

    private OaepPadding parameters(@Nullable AlgorithmParameterSpec params, int length)
            throws InvalidAlgorithmParameterException {
        if (padding == Padding.OAEP) {
            OaepPadding wanted = params == null ? oaepByName : OaepPadding.of(params);
            wanted.requirePlace(length);
            return wanted;
        }
        boolean ofTls = padding == Padding.PKCS1
                && params != null
                && TlsVersions.of(params).isPresent();
        if (params != null && !ofTls) {
            throw new InvalidAlgorithmParameterException(mechanism.name() + " takes no parameters, not "
                    + params.getClass().getSimpleName());
        }
        return oaepByName;
    }

    @Override
    protected InvalidKeyException notOurs(Key key) {
        return EngineKeys.notOurs(key, mechanism.name(), "an RSA private key");
    }

    @Override
    protected void ownForget() {
        key = null;
        versions = null;
        reset();
        collected = NOTHING;
    }

    private void reset() {
        Arrays.fill(collected, (byte) 0);
        count = 0;
    }

    private RsaKeyHandle key(int wantedMode) {
        if (key == null || mode != wantedMode) {
            throw new IllegalStateException(mechanism.name() + " was not initialized for "
                    + (wantedMode == Cipher.DECRYPT_MODE ? "decryption" : "unwrapping"));
        }
        return key;
    }

    // What is known

    /** RSA is no block cipher to the JCA. */
    @Override
    protected int ownBlockSize() {
        return 0;
    }

    @Override
    protected int ownOutputSize(int inputLength) {
        return collected.length;
    }

    @Override
    protected int ownKeySize(@Nullable Key given) throws InvalidKeyException {
        return EngineKeys.rsaPrivate(given, mechanism.name()).getModulus().bitLength();
    }

    @Override
    protected byte @Nullable [] ownIv() {
        return null;
    }

    @Override
    protected @Nullable AlgorithmParameters ownParameters() {
        if (padding != Padding.OAEP) {
            return null;
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("OAEP");
            parameters.init(oaep.spec());
            return parameters;
        } catch (GeneralSecurityException notInThisJdk) {
            throw new ProviderException(
                    "this JDK has no AlgorithmParameters for OAEP with "
                            + oaep.hash().jca(),
                    notInThisJdk);
        }
    }

    // Decryption

    /** Counts on when there is no more place, so that {@code doFinal} can say it: this method has no exception for it. */
    @Override
    protected byte[] ownUpdate(byte[] input, int inputOffset, int inputLen) {
        key(Cipher.DECRYPT_MODE);
        int used = Math.min(inputLen, Math.max(0, collected.length - count));
        System.arraycopy(input, inputOffset, collected, Math.min(count, collected.length), used);
        count = (int) Math.min(Integer.MAX_VALUE, (long) count + inputLen);
        return NOTHING;
    }

    @Override
    protected int ownUpdate(byte[] input, int inputOffset, int inputLen, byte[] output, int outputOffset) {
        return ownUpdate(input, inputOffset, inputLen).length;
    }

    @Override
    protected byte[] ownDoFinal(byte @Nullable [] input, int inputOffset, int inputLen)
            throws IllegalBlockSizeException, BadPaddingException {
        RsaKeyHandle decrypter = key(Cipher.DECRYPT_MODE);
        if (input != null) {
            ownUpdate(input, inputOffset, inputLen);
        }
        try {
            if (count == 0 || count > collected.length) {
                throw new IllegalBlockSizeException(
                        mechanism.name() + " decrypts " + collected.length + " bytes with this key, not " + count);
            }
            return decrypt(decrypter, Arrays.copyOf(collected, count));
        } catch (SchsmException failed) {
            throw EngineKeys.unchecked(failed);
        } finally {
            reset();
        }
    }

    @Override
    protected int ownDoFinal(byte @Nullable [] input, int inputOffset, int inputLen, byte[] output, int outputOffset)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException {
        int place = output.length - outputOffset;
        if (padding == Padding.NONE && place < collected.length) {
            throw tooShort(collected.length, place);
        }
        byte[] before = Arrays.copyOf(collected, Math.min(count, collected.length));
        byte[] message = ownDoFinal(input, inputOffset, inputLen);
        try {
            if (message.length > place) {
                // The caller may come again with a larger buffer: everything is as it was before.
                ownUpdate(before, 0, before.length);
                throw tooShort(message.length, place);
            }
            System.arraycopy(message, 0, output, outputOffset, message.length);
            return message.length;
        } finally {
            Arrays.fill(message, (byte) 0);
        }
    }

    private static ShortBufferException tooShort(int needed, int place) {
        return new ShortBufferException("the output has " + needed + " bytes, the buffer has place for " + place);
    }

    /** Takes a shorter input for a number with leading zeros, as other providers do. */
    private byte[] decrypt(RsaKeyHandle decrypter, byte[] input) throws SchsmException, BadPaddingException {
        byte[] block = wholeBlock(decrypter, input);
        if (algorithm == KeyAlgorithm.RSA_DECRYPT_RAW) {
            byte[] padded = raw(decrypter, block);
            return padding == Padding.NONE ? padded : unpadded(padded);
        }
        try {
            return decrypter
                    .token()
                    .decrypt(decrypter.key(), algorithm, padding == Padding.OAEP ? oaep.spec() : null, block);
        } catch (DeviceException refused) {
            if (!isWrongPadding(refused)) {
                throw refused;
            }
            throw RsaPadding.wrong();
        }
    }

    /** Devices and modules say either of a padding that is wrong. */
    private static boolean isWrongPadding(DeviceException refused) {
        return refused.reason() == Reason.INVALID_DATA || refused.reason() == Reason.CONDITIONS_NOT_SATISFIED;
    }

    private static byte[] wholeBlock(RsaKeyHandle decrypter, byte[] input) throws BadPaddingException {
        if (new BigInteger(1, input).compareTo(decrypter.getModulus()) >= 0) {
            throw RsaPadding.wrong();
        }
        byte[] block = new byte[EngineKeys.length(decrypter)];
        System.arraycopy(input, 0, block, block.length - input.length, input.length);
        return block;
    }

    /** A shorter answer is a number without its leading zeros: to refuse it would tell something of the padding. */
    private static byte[] raw(RsaKeyHandle decrypter, byte[] block) throws SchsmException {
        byte[] answer = decrypter.token().decrypt(decrypter.key(), KeyAlgorithm.RSA_DECRYPT_RAW, block);
        if (answer.length > block.length) {
            throw new MalformedDataException(
                    "answer to the decryption with " + decrypter,
                    answer.length + " bytes; at most " + block.length + " are expected");
        }
        byte[] padded = new byte[block.length];
        System.arraycopy(answer, 0, padded, block.length - answer.length, answer.length);
        Arrays.fill(answer, (byte) 0);
        return padded;
    }

    private byte[] unpadded(byte[] padded) throws BadPaddingException {
        try {
            return padding == Padding.PKCS1 ? RsaPadding.withoutPkcs1(padded) : oaep.without(padded);
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    // Wrapping

    @Override
    protected byte[] ownWrap(Key given) throws InvalidKeyException {
        throw new InvalidKeyException(mechanism.name() + " of this provider unwraps only");
    }

    @Override
    protected Key ownUnwrap(byte[] wrappedKey, String keyAlgorithm, int wrappedKeyType)
            throws InvalidKeyException, NoSuchAlgorithmException {
        RsaKeyHandle decrypter = key(Cipher.UNWRAP_MODE);
        if (wrappedKey.length == 0 || wrappedKey.length > EngineKeys.length(decrypter)) {
            throw new InvalidKeyException(mechanism.name() + " unwraps " + EngineKeys.length(decrypter)
                    + " bytes with this key, not " + wrappedKey.length);
        }
        byte[] encoded = NOTHING;
        try {
            encoded = keyAlgorithm.equals(TLS_PREMASTER) && padding == Padding.PKCS1
                    ? premaster(decrypter, wrappedKey)
                    : decrypt(decrypter, wrappedKey);
            return switch (wrappedKeyType) {
                case Cipher.SECRET_KEY -> secretKey(encoded, keyAlgorithm);
                case Cipher.PRIVATE_KEY ->
                    KeyFactory.getInstance(keyAlgorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
                case Cipher.PUBLIC_KEY ->
                    KeyFactory.getInstance(keyAlgorithm).generatePublic(new X509EncodedKeySpec(encoded));
                default -> throw new InvalidKeyException("a key is secret, private or public, not " + wrappedKeyType);
            };
        } catch (BadPaddingException | InvalidKeySpecException wrong) {
            throw new InvalidKeyException(RsaPadding.wrong().getMessage());
        } catch (SchsmException failed) {
            throw EngineKeys.invalidKey(failed);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static SecretKeySpec secretKey(byte[] encoded, String keyAlgorithm) throws BadPaddingException {
        if (encoded.length == 0) {
            throw RsaPadding.wrong();
        }
        return new SecretKeySpec(encoded, keyAlgorithm);
    }

    /** 48 bytes in any case: random ones, if those that came are none, or are of another TLS version. */
    private byte[] premaster(RsaKeyHandle decrypter, byte[] wrapped) throws SchsmException {
        byte[] fallback = new byte[TLS_PREMASTER_LENGTH];
        RANDOM.nextBytes(fallback);
        byte[] secret = anyPremaster(decrypter, wrapped, fallback);
        return versions == null ? secret : versions.checked(secret, fallback);
    }

    private byte[] anyPremaster(RsaKeyHandle decrypter, byte[] wrapped, byte[] fallback) throws SchsmException {
        try {
            byte[] block = wholeBlock(decrypter, wrapped);
            if (algorithm == KeyAlgorithm.RSA_DECRYPT_RAW) {
                byte[] padded = raw(decrypter, block);
                byte[] secret = RsaPadding.withoutPkcs1(padded, fallback);
                Arrays.fill(padded, (byte) 0);
                return secret;
            }
            byte[] secret = decrypter.token().decrypt(decrypter.key(), algorithm, block);
            return secret.length == TLS_PREMASTER_LENGTH ? secret : fallback.clone();
        } catch (BadPaddingException neverTold) {
            return fallback.clone();
        } catch (DeviceException refused) {
            if (!isWrongPadding(refused)) {
                throw refused;
            }
            return fallback.clone();
        }
    }
}
