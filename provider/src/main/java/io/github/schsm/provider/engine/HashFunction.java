package io.github.schsm.provider.engine;

import io.github.schsm.codec.HashAlgorithm;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hash functions as PSS and OAEP parameters name them. */
public final class HashFunction {
    private HashFunction() {}

    /**
     * The standard name of what may be written as {@code SHA256} or {@code sha-256}, too.
     *
     * @throws InvalidAlgorithmParameterException if it is none of the functions that are good for padding
     */
    public static String named(String name) throws InvalidAlgorithmParameterException {
        return HashAlgorithm.named(name)
                .map(HashAlgorithm::jca)
                .orElseThrow(() -> new InvalidAlgorithmParameterException(
                        "\"" + name + "\" is no hash function for RSA: use one of " + HashAlgorithm.names()));
    }

    /** Something that computes it. */
    public static MessageDigest digest(String standardName) throws InvalidAlgorithmParameterException {
        try {
            return MessageDigest.getInstance(standardName);
        } catch (NoSuchAlgorithmException notInThisJvm) {
            throw new InvalidAlgorithmParameterException(
                    "no provider of this JVM computes " + standardName, notInThisJvm);
        }
    }
}
