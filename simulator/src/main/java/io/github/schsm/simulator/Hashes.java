package io.github.schsm.simulator;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash functions that a device has, which every JDK has too. */
final class Hashes {
    private Hashes() {}

    static byte[] sha256(byte[]... parts) {
        return digest("SHA-256", parts);
    }

    /** @param name one of SHA-1, SHA-224, SHA-256, SHA-384, SHA-512 */
    static byte[] digest(String name, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(name);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
