package io.github.schsm.provider;

import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;

/** Hash functions as PSS and OAEP parameters name them. */
final class HashFunction {
    private static final List<String> NAMES = List.of(
            "SHA-1",
            "SHA-224",
            "SHA-256",
            "SHA-384",
            "SHA-512",
            "SHA-512/224",
            "SHA-512/256",
            "SHA3-224",
            "SHA3-256",
            "SHA3-384",
            "SHA3-512");

    private HashFunction() {}

    /**
     * The standard name of what may be written as {@code SHA256} or {@code sha-256}, too.
     *
     * @throws InvalidAlgorithmParameterException if it is none of the functions that are good for padding
     */
    static String named(String name) throws InvalidAlgorithmParameterException {
        String upper = name.toUpperCase(Locale.ROOT);
        String wanted = upper.equals("SHA") ? "SHA-1" : upper.replaceFirst("^SHA(?=[0-9])(?!3-)", "SHA-");
        if (!NAMES.contains(wanted)) {
            throw new InvalidAlgorithmParameterException(
                    "\"" + name + "\" is no hash function for RSA: use one of " + String.join(", ", NAMES));
        }
        return wanted;
    }

    /** Something that computes it. */
    static MessageDigest digest(String standardName) throws InvalidAlgorithmParameterException {
        try {
            return MessageDigest.getInstance(standardName);
        } catch (NoSuchAlgorithmException notInThisJvm) {
            throw new InvalidAlgorithmParameterException(
                    "no provider of this JVM computes " + standardName, notInThisJvm);
        }
    }
}
