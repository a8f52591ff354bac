// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A DKEK share in a file, protected by a password (docs/protocol.md#dkek-shares), in the form that the common tools
 * write and read: {@code "Salted__" || salt(8) || AES-256-CBC(share || padding)}. Key and IV are derived from the
 * password by ten million rounds of MD5 for each of three blocks, which takes seconds on purpose. The password may be
 * divided among custodians: {@link DkekSharePassword}.
 */
public final class DkekShareFile {
    /** A share has 32 bytes. */
    public static final int SHARE_LENGTH = 32;
    /** A file has 64 bytes. */
    public static final int FILE_LENGTH = 64;

    private static final String WHAT = "DKEK share file";
    private static final byte[] MAGIC = "Salted__".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_LENGTH = 8;
    private static final int HEADER = 16;
    private static final int KEY_LENGTH = 32;
    private static final int IV_LENGTH = 16;
    private static final int MD5_LENGTH = 16;

    private static final DkekShareFile COMMON = new DkekShareFile(10_000_000);

    private final int rounds;

    private DkekShareFile(int rounds) {
        this.rounds = rounds;
    }

    /** The form that the common tools write and read. */
    public static DkekShareFile common() {
        return COMMON;
    }

    /**
     * The same form with another number of rounds, which the common tools do not read.
     *
     * @param rounds how often MD5 is applied for each block; 1 at least
     */
    public static DkekShareFile withRounds(int rounds) {
        if (rounds < 1) {
            throw new IllegalArgumentException("a password takes 1 round at least, not " + rounds);
        }
        return new DkekShareFile(rounds);
    }

    /**
     * The share in a file.
     *
     * @param file     64 bytes
     * @param password its bytes as they were when the file was written; the caller's to wipe
     * @return 32 bytes; the caller's to wipe
     * @throws MalformedDataException  if it is no such file
     * @throws InvalidRequestException if the password does not open it
     */
    public static byte[] decrypt(byte[] file, byte[] password) throws MalformedDataException, InvalidRequestException {
        return COMMON.open(file, password);
    }

    /**
     * The share in a file whose password is divided among custodians. Takes twice as long where the password begins
     * with zeros.
     *
     * @param file   64 bytes
     * @param shares as many as the threshold says, or more
     * @return 32 bytes; the caller's to wipe
     * @throws MalformedDataException  if it is no such file
     * @throws InvalidRequestException if the shares do not belong together, or do not open it
     */
    public static byte[] decrypt(byte[] file, List<DkekPasswordShare> shares)
            throws MalformedDataException, InvalidRequestException {
        return COMMON.open(file, shares);
    }

    /**
     * {@link #decrypt(byte[], List)} with these rounds.
     *
     * @throws MalformedDataException  as there
     * @throws InvalidRequestException as there
     */
    public byte[] open(byte[] file, List<DkekPasswordShare> shares)
            throws MalformedDataException, InvalidRequestException {
        List<byte[]> passwords = DkekSharePassword.recreate(shares);
        try {
            InvalidRequestException refused = DkekSharePassword.wrong(shares);
            for (byte[] password : passwords) {
                try {
                    return open(file, password);
                } catch (InvalidRequestException notThis) {
                    refused.addSuppressed(notThis);
                }
            }
            throw refused;
        } finally {
            passwords.forEach(password -> Arrays.fill(password, (byte) 0));
        }
    }

    /**
     * {@link #decrypt(byte[], byte[])} with these rounds.
     *
     * @throws MalformedDataException  as there
     * @throws InvalidRequestException as there
     */
    public byte[] open(byte[] file, byte[] password) throws MalformedDataException, InvalidRequestException {
        if (file.length != FILE_LENGTH) {
            throw new MalformedDataException(WHAT, file.length + " bytes; " + FILE_LENGTH + " are expected");
        }
        if (!Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new MalformedDataException(WHAT, 0, "it does not begin with \"Salted__\"");
        }
        byte[] salt = Arrays.copyOfRange(file, MAGIC.length, HEADER);
        byte[] plain = crypt(Cipher.DECRYPT_MODE, Arrays.copyOfRange(file, HEADER, FILE_LENGTH), salt, password);
        try {
            int wrong = 0;
            for (int i = SHARE_LENGTH; i < plain.length; i++) {
                wrong |= plain[i] ^ IV_LENGTH;
            }
            if (wrong != 0) {
                throw new InvalidRequestException("the password does not open this " + WHAT);
            }
            return Arrays.copyOf(plain, SHARE_LENGTH);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /**
     * A file for a share.
     *
     * @param share    32 bytes; the caller's to wipe
     * @param password the caller's to wipe
     * @param random   where the salt comes from
     * @return 64 bytes
     */
    public static byte[] encrypt(byte[] share, byte[] password, SecureRandom random) {
        return COMMON.seal(share, password, random);
    }

    /** {@link #encrypt} with these rounds. */
    public byte[] seal(byte[] share, byte[] password, SecureRandom random) {
        byte[] salt = new byte[SALT_LENGTH];
        random.nextBytes(salt);
        return seal(share, password, salt);
    }

    byte[] seal(byte[] share, byte[] password, byte[] salt) {
        if (share.length != SHARE_LENGTH) {
            throw new IllegalArgumentException("a DKEK share of " + share.length + " bytes; 32 are expected");
        }
        byte[] plain = Arrays.copyOf(share, SHARE_LENGTH + IV_LENGTH);
        Arrays.fill(plain, SHARE_LENGTH, plain.length, (byte) IV_LENGTH);
        try {
            byte[] encrypted = crypt(Cipher.ENCRYPT_MODE, plain, salt, password);
            byte[] file = new byte[FILE_LENGTH];
            System.arraycopy(MAGIC, 0, file, 0, MAGIC.length);
            System.arraycopy(salt, 0, file, MAGIC.length, SALT_LENGTH);
            System.arraycopy(encrypted, 0, file, HEADER, encrypted.length);
            return file;
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private byte[] crypt(int mode, byte[] data, byte[] salt, byte[] password) {
        byte[] material = bytesToKey(password, salt);
        try {
            // Padding is done by hand, so that a wrong password is told apart from everything else.
            Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
            aes.init(
                    mode,
                    new SecretKeySpec(material, 0, KEY_LENGTH, "AES"),
                    new IvParameterSpec(material, KEY_LENGTH, IV_LENGTH));
            return aes.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES", e);
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }

    /** OpenSSL's EVP_BytesToKey with MD5: key and IV. */
    private byte[] bytesToKey(byte[] password, byte[] salt) {
        byte[] material = new byte[KEY_LENGTH + IV_LENGTH];
        byte[] block = new byte[MD5_LENGTH];
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            for (int at = 0; at < material.length; at += MD5_LENGTH) {
                if (at > 0) {
                    md5.update(block);
                }
                md5.update(password);
                md5.update(salt);
                md5.digest(block, 0, MD5_LENGTH);
                for (int i = 1; i < rounds; i++) {
                    md5.update(block);
                    md5.digest(block, 0, MD5_LENGTH);
                }
                System.arraycopy(block, 0, material, at, MD5_LENGTH);
            }
            return material;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }
}
