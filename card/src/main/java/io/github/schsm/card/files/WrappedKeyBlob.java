// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.DeviceException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Lightweight;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * A wrapped key (docs/protocol.md#wrapped-keys). Everybody can read the header; the key inside only who has the KEK,
 * which a host has for a DKEK at most.
 *
 * @param kcv               check value of the KEK, 8 bytes
 * @param type              5 RSA (devices: of more than 2048 bits), 6 RSA-CRT (up to 2048), 12 EC, 15 AES
 * @param algorithmOid      content of an object identifier; may be empty
 * @param allowedAlgorithms the key's algorithm list, one byte each; may be empty
 * @param accessConditions  opaque; may be empty
 * @param keyOid            content of an object identifier; may be empty
 * @param cipherText        whole AES blocks
 * @param mac               CMAC over all before it, 16 bytes
 */
public record WrappedKeyBlob(
        byte[] kcv,
        int type,
        byte[] algorithmOid,
        byte[] allowedAlgorithms,
        byte[] accessConditions,
        byte[] keyOid,
        byte[] cipherText,
        byte[] mac) {
    /** Type of an RSA key by modulus and exponents. */
    public static final int RSA = 5;
    /** Type of an RSA key by the Chinese remainder theorem. */
    public static final int RSA_CRT = 6;
    /** Type of an EC key. */
    public static final int EC = 12;
    /** Type of an AES key. */
    public static final int AES = 15;

    private static final String WHAT = "wrapped key";
    private static final int KCV_LENGTH = 8;
    private static final int KEK_LENGTH = 32;
    private static final int BLOCK = 16;
    private static final int RANDOM_LENGTH = 8;
    private static final byte ISO_PADDING = (byte) 0x80;
    private static final int MAX_LENGTH = 65_535;

    public WrappedKeyBlob {
        kcv = kcv.clone();
        algorithmOid = algorithmOid.clone();
        allowedAlgorithms = allowedAlgorithms.clone();
        accessConditions = accessConditions.clone();
        keyOid = keyOid.clone();
        cipherText = cipherText.clone();
        mac = mac.clone();
    }

    /**
     * The blob as WRAP KEY gives it.
     *
     * @throws MalformedDataException if it is none, or of a type that is not known
     */
    public static WrappedKeyBlob parse(byte[] blob) throws MalformedDataException {
        if (blob.length < KCV_LENGTH + 1 || blob.length > MAX_LENGTH) {
            throw new MalformedDataException(WHAT, 0, blob.length + " bytes");
        }
        ByteBuffer rest = ByteBuffer.wrap(blob);
        byte[] kcv = new byte[KCV_LENGTH];
        rest.get(kcv);
        int type = rest.get();
        if (type != RSA && type != RSA_CRT && type != EC && type != AES) {
            throw new MalformedDataException(
                    WHAT, KCV_LENGTH, "key type " + type + "; 5 (RSA), 6 (RSA-CRT), 12 (EC) or 15 (AES) is expected");
        }
        byte[] algorithmOid = field(rest);
        byte[] allowedAlgorithms = field(rest);
        byte[] accessConditions = field(rest);
        byte[] keyOid = field(rest);
        int encrypted = rest.remaining() - BLOCK;
        if (encrypted < BLOCK || encrypted % BLOCK != 0) {
            throw new MalformedDataException(
                    WHAT,
                    rest.position(),
                    rest.remaining() + " bytes behind the header; whole blocks of 16 and a MAC are expected");
        }
        byte[] cipherText = new byte[encrypted];
        rest.get(cipherText);
        byte[] mac = new byte[BLOCK];
        rest.get(mac);
        return new WrappedKeyBlob(
                kcv, type, algorithmOid, allowedAlgorithms, accessConditions, keyOid, cipherText, mac);
    }

    /** Whether the bytes begin as a wrapped AES key does. */
    public static boolean isAes(byte[] blob) {
        return blob.length > KCV_LENGTH && blob[KCV_LENGTH] == AES;
    }

    /** Whether the bytes begin as a wrapped RSA key of more than 2048 bits does: those come without their primes. */
    public static boolean isLongRsa(byte[] blob) {
        return blob.length > KCV_LENGTH && blob[KCV_LENGTH] == RSA;
    }

    private static byte[] field(ByteBuffer rest) throws MalformedDataException {
        int at = rest.position();
        int length = rest.remaining() < 2 ? -1 : rest.getShort() & 0xFFFF;
        if (length < 0 || length > rest.remaining()) {
            throw new MalformedDataException(WHAT, at, "a field is cut off, " + rest.remaining() + " bytes are left");
        }
        byte[] field = new byte[length];
        rest.get(field);
        return field;
    }

    /**
     * Wraps a key as a device does.
     *
     * @param kek               32 bytes; the caller's to wipe
     * @param type              5, 6, 12 or 15
     * @param algorithmOid      content of an object identifier; may be empty
     * @param allowedAlgorithms the key's algorithm list; may be empty
     * @param keyData           the key, in the form of docs/protocol.md#wrapped-keys; the caller's to wipe
     * @param random            for the first bytes of what is encrypted
     */
    public static WrappedKeyBlob wrap(
            byte[] kek, int type, byte[] algorithmOid, byte[] allowedAlgorithms, byte[] keyData, SecureRandom random) {
        int length = RANDOM_LENGTH + keyData.length + 1;
        byte[] plain = new byte[(length + BLOCK - 1) / BLOCK * BLOCK];
        byte[] salt = new byte[RANDOM_LENGTH];
        random.nextBytes(salt);
        System.arraycopy(salt, 0, plain, 0, RANDOM_LENGTH);
        System.arraycopy(keyData, 0, plain, RANDOM_LENGTH, keyData.length);
        plain[length - 1] = ISO_PADDING;
        byte[] none = {};
        try {
            WrappedKeyBlob unsigned = new WrappedKeyBlob(
                    kcv(kek),
                    type,
                    algorithmOid,
                    allowedAlgorithms,
                    none,
                    none,
                    crypt(Cipher.ENCRYPT_MODE, kek, plain),
                    new byte[BLOCK]);
            return new WrappedKeyBlob(
                    unsigned.kcv,
                    type,
                    algorithmOid,
                    allowedAlgorithms,
                    none,
                    none,
                    unsigned.cipherText,
                    unsigned.computeMac(kek));
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /**
     * Opens the blob.
     *
     * @param kek 32 bytes; the caller's to wipe
     * @return the key, in the form of docs/protocol.md#wrapped-keys; the caller's to wipe
     * @throws DeviceException   if it was wrapped under another KEK or changed since
     * @throws MalformedDataException if what is inside is not padded properly
     */
    public byte[] unwrap(byte[] kek) throws DeviceException, MalformedDataException {
        if (!MessageDigest.isEqual(kcv, kcv(kek)) || !MessageDigest.isEqual(mac, computeMac(kek))) {
            throw new DeviceException(
                    Reason.INVALID_DATA,
                    CardCommand.UNWRAP_KEY.title(),
                    StatusWords.WRONG_DATA,
                    "the key was wrapped under another KEK, or the blob was changed");
        }
        byte[] plain = crypt(Cipher.DECRYPT_MODE, kek, cipherText);
        try {
            int end = plain.length - 1;
            while (end >= RANDOM_LENGTH && plain[end] == 0) {
                end--;
            }
            if (end < RANDOM_LENGTH || plain[end] != ISO_PADDING) {
                throw new MalformedDataException(WHAT, "the key inside is not padded properly");
            }
            return Arrays.copyOfRange(plain, RANDOM_LENGTH, end);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /** The check value of a KEK: the first 8 bytes of its SHA-256. */
    public static byte[] kcv(byte[] kek) {
        requireKek(kek);
        return Arrays.copyOf(HashAlgorithm.SHA256.digest(kek), KCV_LENGTH);
    }

    /** The key's algorithm list as numbers. */
    public List<Integer> allowedAlgorithmIds() {
        return IntStream.range(0, allowedAlgorithms.length)
                .mapToObj(i -> allowedAlgorithms[i] & 0xFF)
                .toList();
    }

    /** The blob as UNWRAP KEY takes it. */
    public byte[] encode() {
        byte[] signed = encodeSigned();
        byte[] blob = Arrays.copyOf(signed, signed.length + mac.length);
        System.arraycopy(mac, 0, blob, signed.length, mac.length);
        return blob;
    }

    private byte[] encodeSigned() {
        List<byte[]> fields = List.of(algorithmOid, allowedAlgorithms, accessConditions, keyOid);
        int length = KCV_LENGTH + 1 + cipherText.length;
        for (byte[] field : fields) {
            length += 2 + field.length;
        }
        ByteBuffer signed = ByteBuffer.allocate(length);
        signed.put(kcv).put((byte) type);
        for (byte[] field : fields) {
            signed.putShort((short) field.length).put(field);
        }
        return signed.put(cipherText).array();
    }

    private byte[] computeMac(byte[] kek) {
        byte[] key = derive(kek, 2);
        try {
            CMac cmac = new CMac(Lightweight.aes());
            cmac.init(new KeyParameter(key));
            byte[] signed = encodeSigned();
            cmac.update(signed, 0, signed.length);
            byte[] computed = new byte[BLOCK];
            cmac.doFinal(computed, 0);
            return computed;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] crypt(int mode, byte[] kek, byte[] data) {
        byte[] key = derive(kek, 1);
        try {
            Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
            aes.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[BLOCK]));
            return aes.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] derive(byte[] kek, int counter) {
        requireKek(kek);
        byte[] input = Arrays.copyOf(kek, KEK_LENGTH + 4);
        input[input.length - 1] = (byte) counter;
        try {
            return HashAlgorithm.SHA256.digest(input);
        } finally {
            Arrays.fill(input, (byte) 0);
        }
    }

    private static void requireKek(byte[] kek) {
        if (kek.length != KEK_LENGTH) {
            throw new IllegalArgumentException("a KEK of " + kek.length + " bytes; 32 are expected");
        }
    }

    @Override
    public byte[] kcv() {
        return kcv.clone();
    }

    @Override
    public byte[] algorithmOid() {
        return algorithmOid.clone();
    }

    @Override
    public byte[] allowedAlgorithms() {
        return allowedAlgorithms.clone();
    }

    @Override
    public byte[] accessConditions() {
        return accessConditions.clone();
    }

    @Override
    public byte[] keyOid() {
        return keyOid.clone();
    }

    @Override
    public byte[] cipherText() {
        return cipherText.clone();
    }

    @Override
    public byte[] mac() {
        return mac.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrappedKeyBlob that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, Arrays.hashCode(mac));
    }

    @Override
    public String toString() {
        return "wrapped key of type " + type + ", KCV "
                + HexFormat.of().withUpperCase().formatHex(kcv);
    }
}
