package io.github.schsm.provider.engine;

import io.github.schsm.codec.Tlv;
import io.github.schsm.codec.HashAlgorithm;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.BadPaddingException;

/**
 * The paddings of PKCS#1 (RFC 8017), for what the device does not pad itself. Written here because the JDK's are
 * internal, and a padding that is taken off must not tell by its time or its error what was wrong with it: the methods
 * look at every byte whatever it is, compute without branches on them, and have one exception at the end.
 */
final class RsaPadding {
    /** 00 02, eight bytes that are not zero, 00. */
    private static final int PKCS1_OVERHEAD = 11;

    private static final int FIRST_SEPARATOR = PKCS1_OVERHEAD - 1;
    private static final byte PSS_TRAILER = (byte) 0xBC;
    private static final int COUNTER_LENGTH = 4;

    private RsaPadding() {}

    // Signatures

    /**
     * DigestInfo of a hash.
     *
     * @param name of the hash function
     * @throws IllegalArgumentException if there is no such function, or its hashes have another length
     */
    static byte[] digestInfo(String name, byte[] hash) {
        HashAlgorithm function = HashAlgorithm.named(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        name + " is no hash function for a DigestInfo: use one of " + HashAlgorithm.names()));
        if (hash.length != function.length()) {
            throw new IllegalArgumentException(
                    "a hash of " + function.jca() + " has " + function.length() + " bytes, this has " + hash.length);
        }
        Tlv algorithm = Tlv.of(0x30, Tlv.of(0x06, function.oid()), Tlv.of(0x05, new byte[0]));
        return Tlv.of(0x30, algorithm, Tlv.of(0x04, hash)).encoded();
    }

    /** How many bytes EMSA-PKCS1-v1_5 takes. */
    static int maxPkcs1(int length) {
        return length - PKCS1_OVERHEAD;
    }

    /**
     * EMSA-PKCS1-v1_5, RFC 8017 section 9.2.
     *
     * @param input  at most {@link #maxPkcs1} bytes, usually a DigestInfo
     * @param length of the modulus in bytes
     */
    static byte[] emsaPkcs1(byte[] input, int length) {
        byte[] padded = new byte[length];
        int separator = length - input.length - 1;
        padded[1] = 1;
        Arrays.fill(padded, 2, separator, (byte) 0xFF);
        System.arraycopy(input, 0, padded, separator + 1, input.length);
        return padded;
    }

    /** The longest salt that fits the key with the hash; negative if not even the hash fits. */
    static int maxPssSalt(int modulusBits, int hashLength) {
        return (modulusBits - 1 + 7) / 8 - hashLength - 2;
    }

    /**
     * EMSA-PSS, RFC 8017 section 9.1, with the leading zero that a modulus of 8n+1 bits needs.
     *
     * @param hash        the hash function of hash and salt
     * @param mgf         the hash function of MGF1
     * @param modulusBits length of the modulus in bits
     * @param messageHash the message's hash
     * @param salt        at most {@link #maxPssSalt} bytes
     * @return as many bytes as the modulus has
     */
    static byte[] emsaPss(MessageDigest hash, MessageDigest mgf, int modulusBits, byte[] messageHash, byte[] salt) {
        int encodedLength = (modulusBits - 1 + 7) / 8;
        hash.update(new byte[8]);
        hash.update(messageHash);
        byte[] h = hash.digest(salt);
        byte[] db = new byte[encodedLength - h.length - 1];
        System.arraycopy(salt, 0, db, db.length - salt.length, salt.length);
        db[db.length - salt.length - 1] = 1;
        mask(mgf, h, db);
        db[0] &= (byte) (0xFF >>> (8 * encodedLength - (modulusBits - 1)));
        byte[] padded = new byte[(modulusBits + 7) / 8];
        int at = padded.length - encodedLength;
        System.arraycopy(db, 0, padded, at, db.length);
        System.arraycopy(h, 0, padded, at + db.length, h.length);
        padded[padded.length - 1] = PSS_TRAILER;
        return padded;
    }

    /** XORs MGF1 of a seed over bytes, RFC 8017 appendix B.2.1. */
    private static void mask(MessageDigest mgf, byte[] seed, byte[] masked) {
        byte[] counter = new byte[COUNTER_LENGTH];
        for (int at = 0, n = 0; at < masked.length; n++) {
            counter[2] = (byte) (n >> 8);
            counter[3] = (byte) n;
            mgf.update(seed);
            byte[] block = mgf.digest(counter);
            for (int i = 0; i < block.length && at < masked.length; i++, at++) {
                masked[at] ^= block[i];
            }
            Arrays.fill(block, (byte) 0);
        }
    }

    // Decryption

    /** What every wrong padding is told by, whatever was wrong. */
    static BadPaddingException wrong() {
        return new BadPaddingException("the data cannot be decrypted: other key, other parameters, or changed data");
    }

    /**
     * Takes EME-PKCS1-v1_5 off, RFC 8017 section 7.2.2.
     *
     * @param padded as many bytes as the modulus has
     * @return the message; the caller's to wipe
     */
    static byte[] withoutPkcs1(byte[] padded) throws BadPaddingException {
        int separator = 0;
        int found = 0;
        for (int i = 2; i < padded.length; i++) {
            int zero = isZero(padded[i]);
            separator |= i & -(zero & (found ^ 1));
            found |= zero;
        }
        int bad = (isPkcs1Header(padded) ^ 1) | (found ^ 1) | isLess(separator, FIRST_SEPARATOR);
        if (bad != 0) {
            throw wrong();
        }
        return Arrays.copyOfRange(padded, separator + 1, padded.length);
    }

    /**
     * The same where the message's length is known, without ever telling that something was wrong: implicit rejection,
     * as TLS demands for its premaster secret (RFC 5246 section 7.4.7.1).
     *
     * @param padded   as many bytes as the modulus has
     * @param fallback random bytes, as many as the message has; the result if something is wrong
     */
    static byte[] withoutPkcs1(byte[] padded, byte[] fallback) {
        int separator = padded.length - fallback.length - 1;
        int bad = (isPkcs1Header(padded) ^ 1) | (isZero(padded[separator]) ^ 1) | isLess(separator, FIRST_SEPARATOR);
        for (int i = 2; i < separator; i++) {
            bad |= isZero(padded[i]);
        }
        byte[] message = new byte[fallback.length];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) ((fallback[i] & -bad) | (padded[separator + 1 + i] & (bad - 1)));
        }
        return message;
    }

    private static int isPkcs1Header(byte[] padded) {
        return isZero(padded[0]) & isZero(padded[1] ^ 2);
    }

    /** Whether a key has place for the padding. */
    static boolean fitsOaep(int length, int hashLength) {
        return length >= 2 * hashLength + 2;
    }

    /**
     * Takes EME-OAEP off, RFC 8017 section 7.1.2.
     *
     * @param padded as many bytes as the modulus has; wiped
     * @param hash   the hash function of the label
     * @param mgf    the hash function of MGF1
     * @param label  the label; may be empty
     * @return the message; the caller's to wipe
     */
    static byte[] withoutOaep(byte[] padded, MessageDigest hash, MessageDigest mgf, byte[] label)
            throws BadPaddingException {
        byte[] labelHash = hash.digest(label);
        int hashLength = labelHash.length;
        byte[] seed = Arrays.copyOfRange(padded, 1, 1 + hashLength);
        byte[] db = Arrays.copyOfRange(padded, 1 + hashLength, padded.length);
        try {
            mask(mgf, db, seed);
            mask(mgf, seed, db);
            int bad = isZero(padded[0]) ^ 1;
            for (int i = 0; i < hashLength; i++) {
                bad |= isZero(db[i] ^ labelHash[i]) ^ 1;
            }
            int separator = 0;
            int looking = 1;
            for (int i = hashLength; i < db.length; i++) {
                int one = isZero(db[i] ^ 1);
                separator |= i & -(looking & one);
                bad |= (looking & (one | isZero(db[i]))) ^ looking;
                looking &= one ^ 1;
            }
            if ((bad | looking) != 0) {
                throw wrong();
            }
            return Arrays.copyOfRange(db, separator + 1, db.length);
        } finally {
            Arrays.fill(padded, (byte) 0);
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(db, (byte) 0);
        }
    }

    /** 1 for zero, else 0, without a branch. */
    private static int isZero(int value) {
        return ((value | -value) >>> 31) ^ 1;
    }

    /** 1 if the first is less, both not negative. */
    private static int isLess(int first, int second) {
        return (first - second) >>> 31;
    }
}
